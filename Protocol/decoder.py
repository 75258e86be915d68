#!/usr/bin/env python3
"""Reads the wire protocol with nothing but schema.json and SPEC.md: a second opinion on both ends.

decoder.py TRACE.pcap          prints the frames and messages of a capture that --trace wrote
decoder.py --check vectors     compares what it reads with the frozen vectors
"""
import json
import pathlib
import struct
import sys
import unicodedata

SCHEMA = json.loads((pathlib.Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
CONSTANTS = {item["name"]: item["value"] for item in SCHEMA["constants"]}
ENUMS = {item["name"]: {case["value"]: case["name"] for case in item["cases"]} for item in SCHEMA["enums"]}
STRUCTS = {item["name"]: item["fields"] for item in SCHEMA["structs"]}
MESSAGES = {item["id"]: item for item in SCHEMA["messages"]}
SENDERS = ["host", "device"]
SCALARS = {"u8": "<B", "u16": "<H", "u32": "<I", "u64": "<Q", "i32": "<i"}
HEADER, CHECKSUM = CONSTANTS["headerBytes"], CONSTANTS["checksumBytes"]
LONGEST = HEADER + CONSTANTS["maximumBodyBytes"] + CHECKSUM
REMAINDERS = list(range(256))
for _ in range(8):
    REMAINDERS = [value >> 1 ^ (0x82F63B78 if value & 1 else 0) for value in REMAINDERS]


class Bad(Exception):
    """Bytes that are no frame or no message, and why."""


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ REMAINDERS[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def unstuff(piece):
    """The contents of COBS blocks, and whether they end where a block ends."""
    contents, at, code = bytearray(), 0, 0xFF
    while at < len(piece):
        if code != 0xFF:
            contents.append(0)
        code = piece[at]
        contents += piece[at + 1:at + code]
        at += code
    return bytes(contents), at == len(piece)


class FrameReader:
    """Frames of one direction. `keys` are those of the connections known so far; 0 is that of hellos."""

    def __init__(self, keys):
        self.keys, self.stranger, self.piece = keys, 0, bytearray()

    def take(self, data):
        """Yields a frame (a dict) or a Bad for each piece that a zero ends in `data`."""
        for byte in data:
            if byte:
                self.piece.append(byte)
            elif self.piece:
                piece, self.piece = self.piece, bytearray()
                try:
                    yield self.judge(*unstuff(piece))
                except Bad as error:
                    yield error

    def judge(self, contents, whole):
        if len(contents) > LONGEST:
            raise Bad("tooLong")
        if not whole:
            raise Bad("cut")
        if len(contents) < HEADER + CHECKSUM:
            raise Bad("tooShort")
        found, = struct.unpack("<I", contents[-CHECKSUM:])
        key = crc32c(contents[:-CHECKSUM]) ^ found
        is_hello = contents[0] & 7 == 0
        if key != 0 if is_hello else key not in self.keys:
            is_known = key == self.stranger
            self.stranger = key
            raise Bad("foreign" if is_known else "corrupt")
        shape, origin, credit, sequence, acknowledged = struct.unpack("<BBHHH", contents[:HEADER])
        kind, channel = ENUMS["frameKind"].get(shape & 7), ENUMS["channel"].get(shape >> 3 & 7)
        if kind is None or channel is None or origin >> 5:
            raise Bad("reserved")
        return {
            "kind": kind, "channel": channel, "first": bool(shape & 64), "last": bool(shape & 128),
            "sender": SENDERS[origin >> 4], "epoch": origin & 15, "credit": credit, "sequence": sequence,
            "acknowledged": acknowledged, "body": contents[HEADER:-CHECKSUM], "key": key}


class Fields:
    """Reads fields and never past the end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count, name):
        if count > len(self.data) - self.at:
            raise Bad(f"{name}: needs {count} bytes, {len(self.data) - self.at} are left")
        self.at += count
        return self.data[self.at - count:self.at]

    def scalar(self, kind, name):
        return struct.unpack(SCALARS[kind], self.take(struct.calcsize(SCALARS[kind]), name))[0]

    def count(self, field, kind):
        count = self.scalar(kind, field["name"])
        if count > field["maximum"]:
            raise Bad(f"{field['name']}: {count} is more than {field['maximum']}")
        return count

    def field(self, field):
        name, kind = field["name"], field["type"]
        if kind == "fixed":
            return self.take(field["count"], name).hex()
        if kind == "bytes":
            return self.take(self.count(field, "u16"), name).hex()
        if kind == "string":  # for people: nothing that steers a terminal
            text = self.take(self.count(field, "u8"), name).decode("utf-8", "replace")
            return "".join("\ufffd" if unicodedata.category(c) == "Cc" else c for c in text)
        if kind == "array":
            return [self.fields(STRUCTS[field["of"]]) for _ in range(self.count(field, "u8"))]
        value = self.scalar(kind, name)
        if "enum" in field and value not in ENUMS[field["enum"]]:
            raise Bad(f"{name}: {value} is no {field['enum']}")
        return ENUMS[field["enum"]][value] if "enum" in field else value

    def fields(self, fields):
        return {field["name"]: self.field(field) for field in fields}


def message(data, sender):
    """Name and fields of a message; a later version's fields behind those known are skipped."""
    kind = MESSAGES.get(data[0] if data else 0)
    if kind is None or kind["from"] != sender:
        raise Bad(f"no message of the {sender} has identifier {data[0] if data else 'none'}")
    return kind["name"], Fields(data[1:]).fields(kind["fields"])


def key_of(hello):
    return crc32c(struct.pack("<QIII", *(hello[name] for name in ("session", "attempt", "bootID", "connection"))))


class Assembly:
    """One direction of one connection: puts frames in order and fragments together."""

    def __init__(self):
        self.expected, self.early, self.parts = None, {}, {}

    def take(self, frame, from_start):
        """Yields the messages that a DATA frame completes. Who joins late begins with the frame he sees first."""
        if self.expected is None:
            self.expected = 0 if from_start else frame["sequence"]
        if (frame["sequence"] - self.expected) % 65536 < CONSTANTS["windowFrames"]:
            self.early.setdefault(frame["sequence"], frame)
        while self.expected in self.early:
            frame = self.early.pop(self.expected)
            self.expected = (self.expected + 1) % 65536
            part = b"" if frame["first"] else self.parts.pop(frame["channel"], None)
            if part is None or len(part) + len(frame["body"]) > CONSTANTS["maximumMessageBytes"]:
                yield Bad(f"a fragment on {frame['channel']} without its beginning, or too long")
            elif frame["last"]:
                yield part + frame["body"]
            else:
                self.parts[frame["channel"]] = part + frame["body"]


class Trace:
    def __init__(self):
        # Key of each connection: whether its hello was seen, and its two directions.
        self.connections = {}
        self.readers = {sender: FrameReader(self.connections) for sender in SENDERS}
        self.frames = self.damaged = self.messages = self.unreadable = 0

    def open(self, key, from_start):
        self.connections.setdefault(key, (from_start, {sender: Assembly() for sender in SENDERS}))

    def take(self, sender, data):
        """Yields a line of text for each frame and each message."""
        for frame in self.readers[sender].take(data):
            if isinstance(frame, Bad):
                self.damaged += 1
                if str(frame) == "foreign":  # whole, and of a connection whose hello was not seen
                    self.open(self.readers[sender].stranger, from_start=False)
                yield f"{sender:6} damaged: {frame}"
                continue
            self.frames += 1
            about = {"data": f" {frame['channel']} {frame['sequence']}"}.get(frame["kind"], "")
            yield (f"{sender:6} {frame['kind'].upper()}{about}, {len(frame['body'])} B, "
                   f"acknowledged {frame['acknowledged']}, credit {frame['credit']}")
            for whole in self.whole(frame):
                yield "         " + self.text(whole, frame["sender"])

    def whole(self, frame):
        if frame["kind"] == "hello":
            return [frame["body"]]
        if frame["kind"] != "data":
            return []
        from_start, assemblies = self.connections[frame["key"]]
        return assemblies[frame["sender"]].take(frame, from_start)

    def text(self, whole, sender):
        try:
            if isinstance(whole, Bad):
                raise whole
            name, fields = message(whole, sender)
        except Bad as error:
            self.unreadable += 1
            return f"unreadable: {error}"
        self.messages += 1
        if name == "deviceHello" and fields["session"]:
            self.open(key_of(fields), from_start=True)
        return f"{name} " + ", ".join(f"{key} {value}" for key, value in fields.items())


def packets(path):
    """Seconds and bytes of each packet; one that was cut off at the end is left out."""
    data, at = pathlib.Path(path).read_bytes(), 24
    magic, link = struct.unpack("<I16xI", data[:24]) if len(data) >= 24 else (0, 0)
    unit = {0xA1B23C4D: 1e-9, 0xA1B2C3D4: 1e-6}.get(magic)
    if unit is None or link & 0x0FFFFFFF != 147:
        sys.exit(f"{path}: magic {magic:08x}, link type {link}: expected a1b23c4d and 147, as --trace writes them")
    while at + 16 <= len(data):
        seconds, fraction, count = struct.unpack("<III", data[at:at + 12])
        if at + 16 + count > len(data):
            break
        yield seconds + fraction * unit, data[at + 16:at + 16 + count]
        at += 16 + count


def show(path):
    trace, start = Trace(), None
    for number, (seconds, packet) in enumerate(packets(path), 1):
        start = seconds if start is None else start
        if not packet or packet[0] > 2:
            sys.exit(f"{path}: packet {number}: begins with {packet[:1].hex()}, expected 0 (host), 1 (device) or 2 (note)")
        if packet[0] < 2:
            for line in trace.take(SENDERS[packet[0]], packet[1:]):
                print(f"{number:5} {seconds - start:10.6f} {line}")
    print(f"{trace.frames} frames, {trace.damaged} damaged, {trace.messages} messages, {trace.unreadable} unreadable")


def same(found, stated):
    """Vectors have 64-bit numbers as text."""
    if isinstance(stated, dict):
        return found.keys() == stated.keys() and all(same(found[name], stated[name]) for name in stated)
    if isinstance(stated, list):
        return len(found) == len(stated) and all(map(same, found, stated))
    return str(found) == str(stated)


def read_frame(vector):
    frame, = FrameReader({int(vector["key"], 16)}).take(bytes.fromhex(vector["wire"]))
    if isinstance(frame, Bad):
        return str(frame)
    return all(same(frame[name], vector[name]) for name in frame.keys() - {"body", "key"} if name in vector) \
        and frame["body"].hex() == vector["body"]


def read_message(vector):
    try:
        name, fields = message(bytes.fromhex(vector["bytes"]), vector["sender"])
    except Bad:
        return "malformed"
    return vector["name"].startswith(name) and same(fields, vector.get("fields"))


def check(folder):
    """Exit status 1 and a line for each vector that is read otherwise than it states."""
    wanted = lambda vector: True if vector["result"] == "good" else vector["result"]
    readers = {
        "frames": lambda vector: read_frame(vector) == wanted(vector),
        "messages": lambda vector: read_message(vector) == wanted(vector),
        "stuffing": lambda v: unstuff(bytes.fromhex(v["stuffed"])) == (bytes.fromhex(v["contents"]), True),
        "checksums": lambda v: crc32c(bytes.fromhex(v["bytes"])) == int(v["crc32c"], 16)}
    failures = count = 0
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        for number, vector in enumerate(json.loads(file.read_text(encoding="utf-8")), 1):
            count += 1
            if not readers[file.stem](vector):
                failures += 1
                print(f"{file}: vector {number} ({vector.get('name', '')}) is read otherwise than it states")
    print(f"{count} vectors, {failures} failures")
    sys.exit(1 if failures or not count else 0)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        check(sys.argv[2])
    elif len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        show(sys.argv[1])
    else:
        sys.exit(__doc__)
