#!/usr/bin/env python3
"""Which lines of the firmware an emulator executed.

    lines.py [--under boards/common] [--missed] ELF COVERAGE [ELF COVERAGE ...]

COVERAGE is what `fieldtune-emulator run --coverage FILE` writes: one executed block a line, start and size in
hexadecimal. A line of C counts as reached when any instruction of it was executed in any of the runs. Needs
arm-none-eabi-objdump, which reads the line table of an ELF file.
"""

import argparse
import bisect
import collections
import pathlib
import re
import subprocess
import sys

# file  line  address  [view]  [stmt]: the columns of --dwarf=decodedline; END closes a sequence of addresses.
ROW = re.compile(r"^(\S+)\s+(\d+|-)\s+(0x[0-9a-f]+|0)\b(.*)$")
FIRMWARE = pathlib.Path(__file__).resolve().parents[2] / "Firmware"


def sources(elf):
    """Path below Firmware by file name, which is all the line table says; a board's own files by the ELF's folder."""
    paths = {}
    for path in sorted(FIRMWARE.rglob("*.[chS]")):
        if path.parent.parent.name != "boards" or path.parent.name in ("common", pathlib.Path(elf).parent.name):
            paths[path.name] = str(path.relative_to(FIRMWARE))
    return paths


def line_table(elf):
    """[(address, next address, file, line)] of every instruction range in `elf`."""
    text = subprocess.run(
        ["arm-none-eabi-objdump", "--dwarf=decodedline", "-WL", elf], check=True, capture_output=True, text=True
    ).stdout
    ranges, previous, paths = [], None, sources(elf)
    for row in text.splitlines():
        match = ROW.match(row)
        if not match:
            continue
        line, address, rest = match.group(2), int(match.group(3), 16), match.group(4)
        if previous and previous[1] and address > previous[0]:
            ranges.append((previous[0], address, previous[1], previous[2]))
        name = paths.get(match.group(1))
        previous = None if line == "-" or "END" in rest else (address, name, int(line))
    return sorted(ranges)


def executed_blocks(path):
    with open(path, encoding="ascii") as file:
        return [(int(start, 16), int(size, 16)) for start, size in (row.split() for row in file)]


def reached(ranges, blocks):
    """The (file, line) of which an instruction lies in a block."""
    starts = [start for start, _, _, _ in ranges]
    lines = set()
    for start, size in blocks:
        index = max(0, bisect.bisect_right(starts, start) - 1)
        while index < len(ranges) and ranges[index][0] < start + size:
            if ranges[index][1] > start:
                lines.add(ranges[index][2:])
            index += 1
    return lines


def runs_of(numbers):
    """1, 2, 3, 7 -> 1-3, 7"""
    parts = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--under", default="boards/", help="only files whose path contains this")
    parser.add_argument("--missed", action="store_true", help="print the lines that were not reached")
    parser.add_argument("runs", nargs="+", metavar="ELF COVERAGE")
    options = parser.parse_args()
    if len(options.runs) % 2:
        sys.exit("lines.py: found an odd number of files, expected an ELF file and its coverage, in turn")
    code, hit = collections.defaultdict(set), collections.defaultdict(set)
    for elf, coverage in zip(options.runs[::2], options.runs[1::2]):
        ranges = line_table(elf)
        for _, _, path, line in ranges:
            code[path].add(line)
        for path, line in reached(ranges, executed_blocks(coverage)):
            hit[path].add(line)
    rows = [(path, len(hit[path]), len(code[path])) for path in sorted(code) if options.under in path]
    width = max((len(path) for path, _, _ in rows), default=4)
    print(f"{'file':<{width}}  lines  reached      %")
    for path, count, total in rows + [("all", sum(r[1] for r in rows), sum(r[2] for r in rows))]:
        print(f"{path:<{width}}  {total:5}  {count:7}  {100 * count / max(total, 1):5.1f}")
        if options.missed and path != "all" and count < total:
            print(f"{'':<{width}}  not: {runs_of(code[path] - hit[path])}")


main()
