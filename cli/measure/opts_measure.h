/*
 * opts_measure.h - option structs of the measure commands (see
 * cli/model/opts_model.h for who fills them).
 */
#ifndef COCO_OPTS_MEASURE_H
#define COCO_OPTS_MEASURE_H

#include "cli/core/table.h"

/* The form of the answer, for every command that computes a record. */
struct coco_opts_answer {
	bool explain;
	const char *form;                /* of the file of -o: see record_forms.h; NULL: record */
	const char *sign_with;           /* reference; corim and in-toto */
	struct coco_strlist known;       /* REGISTER=HEX:ORIGIN; of TDX and TPM guests */
};

/* ACPI files and SMBIOS tables (acpi_args.h). */
struct coco_opts_acpi {
	const char *acpi;                /* directory */
	const char *qemu;                /* program */
	const char *qemu_args;           /* text, or @FILE */
	uint32_t phys_bits;              /* 0 when not given */
	const char *pci_window;          /* decimal or 0x */
	const char *save;                /* directory */
	const char *smbios;              /* file */
	const char *bios_vendor;
	const char *bios_version;
	const char *bios_date;
};

/* A boot from a disk, or from the files that one would hold (disk_args.h). */
struct coco_opts_disk_boot {
	const char *disk;
	int format;                      /* enum coco_disk_as */
	const char *entry;               /* path on the ESP */
	const char *boot_device;
	const char *uki;
	const char *loader;
	const char *loader_conf;
	struct coco_strlist extras;      /* beside the image */
	struct coco_strlist globals;     /* of the loader */
	uint32_t profile;
};

struct coco_opts_measure_tdx {
	const char *profile;
	const char *firmware;
	int generation;                  /* enum coco_fw_choice */
	int add_page;                    /* 0 auto, 1 single, 2 two, 3 both */
	const char *kernel;
	const char *initrd;
	const char *append;              /* text, or @FILE */
	bool shim;
	const char *dtb;
	const char *machine;             /* "q35", "pc-i440fx-9.0" */
	struct coco_opts_disk_boot from;
	const char *memory;              /* "2G,4G" */
	const char *vcpus;               /* "1,2,8-16" */
	uint32_t max_vcpus;              /* 0 when not given */
	const char *qemu_version;        /* "10.0.3" */
	int linux_events;                /* enum coco_boot_linux_events */
	int exit_services;               /* 0 once, 1 either */
	struct coco_opts_acpi tables;
	struct coco_strlist events;      /* NAME=HEX */
	struct coco_strlist items;       /* NAME=HEX */
	struct coco_strlist registers;   /* mrtd, rtmr0, ... */
	const char *attributes;          /* 16 hexadecimal digits */
	const char *xfam;
	const char *mrconfigid;          /* 96 hexadecimal digits */
	const char *mrowner;
	const char *mrownerconfig;
	struct coco_opts_answer answer;
};

/* What is booted, for AMD guests. */
struct coco_opts_boot {
	const char *profile;
	const char *firmware;
	const char *kernel;
	const char *initrd;
	const char *append;              /* text, or @FILE */
	int append_form;                 /* 0 exact, 1 trimmed */
	struct coco_opts_answer answer;
};

/* Which vCPUs, for SEV-SNP and SEV-ES. */
struct coco_opts_vcpus {
	const char *vcpus;               /* "1,2,8-16" */
	const char *type;                /* "EPYC-v4,EPYC-Milan" or "all" */
	const char *signature;           /* decimal or 0x */
	int vmm;                         /* enum coco_vmm without svsm */
	int ec2_reset;                   /* enum coco_ec2_reset */
	const char *dump_vmsa;           /* directory */
};

struct coco_opts_measure_snp {
	struct coco_opts_boot boot;
	struct coco_opts_vcpus cpu;
	const char *features;            /* decimal or 0x */
	const char *svsm;
	uint64_t vars_size;
	const char *firmware_digest;     /* 96 hexadecimal digits */
};

struct coco_opts_measure_sev_es {
	struct coco_opts_boot boot;
	struct coco_opts_vcpus cpu;
};

struct coco_opts_measure_id_block {
	const char *profile;
	const char *digest;              /* 96 hexadecimal digits */
	const char *id_key;              /* reference */
	const char *author_key;          /* reference */
	const char *family;              /* 32 hexadecimal digits */
	const char *image;               /* likewise */
	uint32_t svn;
	const char *policy;              /* decimal or 0x */
};

struct coco_opts_measure_igvm {
	const char *profile;
	const char *file;                /* or NULL: of the profile */
	int platform;                    /* 0 auto, 1 snp, 2 tdx, 3 sev, 4 sev-es */
	int rules;                       /* enum coco_igvm_rules */
	bool native_zero;
	bool ignore_id_block;
	struct coco_opts_answer answer;
};

struct coco_opts_measure_eif {
	const char *file;
	bool ignore_signature;
	struct coco_opts_answer answer;
};

struct coco_opts_measure_sev {
	struct coco_opts_boot boot;
};

struct coco_opts_measure_pe {
	const char *file;
	struct coco_strlist banks;       /* words of --bank */
	struct coco_opts_answer answer;
};

struct coco_opts_measure_uki {
	const char *file;                /* an image, or one of the files: */
	const char *linux_file;
	const char *osrel;
	const char *cmdline;
	struct coco_strlist initrd;
	const char *ucode;
	const char *splash;
	const char *dtb;
	const char *dtbauto;
	const char *uname;
	const char *sbat;
	const char *pcrpkey;
	const char *profile;
	const char *hwids;
	const char *efifw;
	uint32_t profile_number;
	struct coco_strlist banks;       /* words of --bank */
	struct coco_strlist phases;      /* "enter-initrd:leave-initrd", ":" */
	const char *sign;                /* reference */
	bool policy_digest;
	const char *public_key;
	const char *policyref;
	struct coco_opts_answer answer;
};

struct coco_opts_measure_diff {
	const char *record;
	const char *actual;              /* event log, evidence or record */
	bool explain;
};

struct coco_opts_measure_search {
	const char *profile;
	const char *actual;              /* digits, or a file */
	int platform;                    /* 0 snp, 1 sev-es, 2 sev, 3 tdx, 4 tpm */
	const char *firmware;            /* file or directory */
	const char *kernel;
	const char *initrd;
	const char *append;              /* text, or @FILE */
	struct coco_opts_vcpus cpu;      /* without dump_vmsa */
	const char *features;            /* decimal or 0x */
	const char *reg;                 /* "rtmr0", "pcr4"; NULL: RTMR2 or PCR 9 */
	const char *memory;              /* "2G,4G" */
	const char *generation;          /* names of firmware.h, comma between, or "all" */
	const char *qemu_version;        /* "8.2,10.0" */
	const char *acpi;                /* directories, comma between */
	struct coco_opts_disk_boot from; /* uki: file or directory */
	const char *vars;                /* store of variables */
	const char *secure_boot;         /* directory */
	struct coco_strlist authority;
	const char *mok;                 /* directory */
	struct coco_strlist roms;
	bool shim;
	int linux_events;                /* enum coco_boot_linux_events */
	struct coco_strlist events;      /* NAME=HEX */
	struct coco_strlist items;       /* NAME=HEX */
	const char *qemu;                /* program that is asked for ACPI files */
	const char *qemu_args;
	uint32_t phys_bits;              /* 0 when not given */
	struct coco_strlist vary;
};

struct coco_opts_measure_vtpm {
	const char *launch;              /* launch profile */
	const char *firmware;
	const char *generation;          /* a name of firmware.h */
	const char *qemu_version;        /* "10.0" */
	uint64_t memory;
	struct coco_opts_acpi acpi;
	struct coco_strlist roms;
	const char *secure_boot;         /* directory */
	struct coco_strlist authority;
	const char *mok;                 /* directory */
	const char *kernel;
	const char *initrd;
	const char *append;              /* text, or @FILE */
	bool shim;
	const char *dtb;
	const char *machine;
	const char *vars;                /* a store of variables */
	int logs;                        /* enum coco_boot_linux_events */
	struct coco_opts_disk_boot from;
	struct coco_strlist phases;
	struct coco_strlist pcrs;
	struct coco_strlist banks;
	struct coco_opts_answer answer;
};

#endif
