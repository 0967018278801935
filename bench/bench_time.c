/*
 * bench_time.c - times shell commands against each other: one run of each in
 * turn, several rounds after one to warm up, so that a machine whose speed drifts treats all alike.
 * Prints per command: name, median wall seconds, median CPU seconds, largest
 * resident set in KiB. A command that fails ends the measurement.
 *
 * usage: bench_time ROUNDS BEFORE NAME COMMAND [NAME COMMAND]...
 *   BEFORE runs before each command and is not counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench_clock.h"

enum { MAX_ROUNDS = 51, MAX_COMMANDS = 8 };

struct sample {
	double wall;
	double cpu;
	long rss;
};

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static struct sample run(const char *command)
{
	struct sample s = { 0 };
	struct rusage u;
	int status = 0;
	double start = coco_bench_now();
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/bash", "bash", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) != pid || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0) {
		fprintf(stderr, "bench: failed: %s\n", command);
		exit(1);
	}
	s.wall = coco_bench_now() - start;
	s.cpu = seconds(u.ru_utime) + seconds(u.ru_stime);
	s.rss = u.ru_maxrss;
	return s;
}

int main(int argc, char **argv)
{
	static struct sample samples[MAX_COMMANDS][MAX_ROUNDS];
	int rounds = argc > 2 ? atoi(argv[1]) : 0;
	int n = (argc - 3) / 2;

	if (rounds < 1 || rounds > MAX_ROUNDS || n < 1 || n > MAX_COMMANDS) {
		fprintf(stderr, "usage: bench_time ROUNDS BEFORE NAME COMMAND...\n");
		return 2;
	}
	/* round -1 warms caches and is not counted */
	for (int r = -1; r < rounds; r++) {
		for (int i = 0; i < n; i++) {
			struct sample s;

			(void)run(argv[2]);
			s = run(argv[4 + 2 * i]);
			if (r >= 0)
				samples[i][r] = s;
		}
	}
	for (int i = 0; i < n; i++) {
		double wall[MAX_ROUNDS];
		double cpu[MAX_ROUNDS];
		long rss = 0;

		for (int r = 0; r < rounds; r++) {
			wall[r] = samples[i][r].wall;
			cpu[r] = samples[i][r].cpu;
			rss = samples[i][r].rss > rss ? samples[i][r].rss : rss;
		}
		printf("%s %.4f %.4f %ld\n", argv[3 + 2 * i], coco_bench_median(wall,
										(size_t)rounds),
		       coco_bench_median(cpu, (size_t)rounds), rss);
	}
	return 0;
}
