"""Reads a model package from docs/formats/model-package.md alone.

An independent reader for tests: it shares no code with cococtl. Needs the
Python package cryptography and the zstd program.

    read_package.py LAYOUT KEYFILE OUT [--show]
"""

import base64
import hashlib
import json
import os
import struct
import subprocess
import sys

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

PIECE = 1 << 20
CHUNK = 16384


def blob(layout, descriptor):
    name = descriptor["digest"].removeprefix("sha256:")
    with open(os.path.join(layout, "blobs/sha256", name), "rb") as f:
        data = f.read()
    assert hashlib.sha256(data).hexdigest() == name, "blob digest"
    assert len(data) == descriptor["size"], "blob size"
    return data


def context(package_id, segment):
    return b"cococtl/model-package/v1\0" + package_id + struct.pack(">Q", segment)


def open_message(key, context_bytes, message):
    """Cobblestone-256 (C2SP chunked-encryption)."""
    salt, commitment, body = message[:24], message[24:56], message[56:]
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context_bytes
    okm = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(key)
    assert okm[44:] == commitment, "key commitment"
    aead = AESGCM(okm[:32])
    base = int.from_bytes(okm[32:44], "big")
    out = []
    count = len(body) // (CHUNK + 16) + 1
    assert len(body) % (CHUNK + 16) >= 16, "truncated"
    for k in range(count):
        part = body[k * (CHUNK + 16):(k + 1) * (CHUNK + 16)]
        out.append(aead.decrypt((base ^ k).to_bytes(12, "big"), part, None))
    return b"".join(out)


def frame(data):
    return subprocess.run(["zstd", "-dcq"], input=data, stdout=subprocess.PIPE,
                          check=True).stdout


def planes(data, size, width):
    words, tail = divmod(size, width)
    at = 1 + 4 * width
    out = []
    for i in range(width):
        length, = struct.unpack_from(">I", data, 1 + 4 * i)
        plane = data[at:at + length]
        out.append(plane if length == words else frame(plane))
        at += length
    assert len(data) - at == tail
    low, high = out[-2], out[-1]
    joined = bytearray(width * words)
    for i in range(width - 2):
        joined[i::width] = out[i]
    joined[width - 2::width] = bytes(lo & 0x7F | hi << 7 & 0x80 for lo, hi in zip(low, high))
    joined[width - 1::width] = bytes(lo & 0x80 | hi >> 1 for lo, hi in zip(low, high))
    return bytes(joined) + data[at:]


def piece(transform, data, size):
    if transform == "zstd":
        return frame(data)
    if data[0] == 1:
        return frame(data[1:])
    assert data[0] == 0
    return planes(data, size, 4 if transform == "planes32+zstd" else 2)


def read_run(run, segments):
    segment, offset, stored = run[:3]
    data = segments[segment][offset:offset + stored]
    assert len(data) == stored
    if len(run) == 3:
        return data
    length, transform = run[3], run[4]
    lengths = struct.unpack(">%dI" % -(-length // PIECE), base64.b64decode(run[5]))
    out = []
    at = 0
    for i, value in enumerate(lengths):
        size = min(PIECE, length - i * PIECE)
        part = data[at:at + (value & 0x7FFFFFFF)]
        out.append(part if value & 0x80000000 else piece(transform, part, size))
        assert len(out[-1]) == size, "piece"
        at += len(part)
    assert at == stored
    return b"".join(out)


def main():
    layout, key_file, target = sys.argv[1:4]
    with open(key_file, "rb") as f:
        key = f.read()
    with open(os.path.join(layout, "index.json"), "rb") as f:
        index = json.load(f)
    manifests = [json.loads(blob(layout, d)) for d in index["manifests"]]
    manifest, = [m for m in manifests
                 if m["artifactType"] == "application/vnd.cococtl.model-package.v1+json"]
    header = json.loads(blob(layout, manifest["config"]))
    assert header["format"] == "cococtl/model-package" and header["format_version"] == 1
    assert header["segment_count"] == len(manifest["layers"]) - 1
    package_id = bytes.fromhex(header["package_id"])
    text = open_message(key, context(package_id, 2**64 - 1),
                        blob(layout, manifest["layers"][0]))
    catalogue = json.loads(text)
    assert catalogue["format"] == "cococtl/model-catalogue" and catalogue["critical"] == []
    assert catalogue["header"] == header
    segments = [open_message(key, context(package_id, i), blob(layout, d))
                for i, d in enumerate(manifest["layers"][1:])]
    if "--show" in sys.argv:
        print(text.decode())
        for s in segments:
            print(s.hex(" "))
    for file in catalogue["files"]:
        data = b"".join(read_run(run, segments) for run in file["runs"])
        assert len(data) == file["size"]
        assert hashlib.sha256(data).hexdigest() == file.get("sha256",
                                                            hashlib.sha256(data).hexdigest())
        path = os.path.join(target, file["path"])
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
    print("%d files" % len(catalogue["files"]))


main()
