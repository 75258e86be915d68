#!/usr/bin/env python3
"""How much of a board's processor receiving takes at the full rate of its line, in the emulator.

    receive_share.py PROGRAMS ELF BOARD

PROGRAMS is the folder with fieldtune-emulator. The line is filled with the longest frames a host sends, right in their
checksums and of no connection: ring, COBS and checksum are paid for every byte, delivery is not. What an idle board is awake for is
taken off. Cycles are instructions times the core's stated factor (Documentation/emulator.md).
"""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time

MILLISECONDS = 5000
BAUD = 921_600
BODY_BYTES = 640


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


def cobs(data):
    """Consistent overhead byte stuffing (Cheshire and Baker, 1999), with the zero behind it."""
    out, block = bytearray(), bytearray()
    for position, byte in enumerate(data):
        if byte:
            block.append(byte)
        if not byte or (len(block) == 254 and position + 1 < len(data)):
            out += bytes([len(block) + 1]) + block
            block.clear()
    return bytes(out + bytes([len(block) + 1]) + block + b"\0")


def frames():
    draw = random.Random(1)
    wire = b""
    for _ in range(16):
        content = bytes([0xD1, 0, 0, 0, 1, 0, 0, 0]) + draw.randbytes(BODY_BYTES)
        wire += cobs(content + crc32c(content).to_bytes(4, "little"))
    return wire


def run(programs, elf, board, wire):
    """The summary of one emulated run, with the line full or empty."""
    with tempfile.TemporaryDirectory() as folder:
        path, log = os.path.join(folder, "line"), os.path.join(folder, "log")
        command = [os.path.join(programs, "fieldtune-emulator"), "run", elf, "--board", board, "--serial", f"unix:{path}"]
        process = subprocess.Popen(command + ["--for", str(MILLISECONDS), "--seed", "1", "--log", log])
        line = socket.socket(socket.AF_UNIX)
        for _ in range(200):
            try:
                line.connect(path)
                break
            except OSError:
                time.sleep(0.02)
        try:
            while process.poll() is None:
                if wire:
                    line.sendall(wire)
                else:
                    time.sleep(0.1)
        except OSError:
            pass  # the run is over
        process.wait()
        with open(log, encoding="utf-8") as file:
            return json.loads(file.read().splitlines()[-1])


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    busy, idle = run(*sys.argv[1:], frames()), run(*sys.argv[1:], b"")
    share = busy["awakeShare"] - idle["awakeShare"]
    rate = busy["bytesToBoard"] / busy["virtualMilliseconds"] * 1000
    print(f"{sys.argv[3]}: {rate:,.0f} B/s received, of {BAUD // 10:,}; awake {100 * busy['awakeShare']:.2f} %, {100 * idle['awakeShare']:.2f} % when idle")
    print(f"receiving takes {100 * share:.2f} %, {100 * share * BAUD / 10 / rate:.2f} % at the full rate")


main()
