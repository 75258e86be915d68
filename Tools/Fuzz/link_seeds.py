"""Makes the seeds of the fuzzers session, link, device and trace from the protocol's vectors.

    python3 Tools/Fuzz/link_seeds.py
"""

import json
import pathlib
import struct

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SEEDS = ROOT / "Tools" / "Fuzz" / "Seeds"
CHANNELS = {"sample": 1, "step": 2, "output": 2, "segmentRead": 3, "segmentWrite": 3, "segmentData": 3, "log": 4, "time": 5}


def vectors(name):
    return json.loads((ROOT / "Protocol" / "vectors" / (name + ".json")).read_text())


def save(target, name, content):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "".join(c if c.isalnum() else "-" for c in name)).write_bytes(content)


def operation(what, number, content=b""):
    """As session_fuzzer.c and DeviceFuzzer.swift read them; longer contents do not fit."""
    return bytes([what, number, len(content)]) + content


def packet(first, content):
    return struct.pack("<IIII", 1, 0, len(content) + 1, len(content) + 1) + bytes([first]) + content


def main():
    wires = {"host": b"", "device": b""}
    for frame in vectors("frames"):
        if frame["result"] == "good" and len(frame["wire"]) < 400:
            wires[frame["sender"]] += bytes.fromhex(frame["wire"])
    save("link", "host-frames", wires["host"])
    header = struct.pack("<IHHIIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 147)
    save("trace", "both-directions", header + packet(0, wires["host"]) + packet(1, wires["device"]))
    info = b""
    messages = [m for m in vectors("messages") if m.get("result", "good") == "good" and len(m["bytes"]) <= 510]
    for message in messages:
        if message["name"] == "deviceInfo" and not info:
            info = operation(1, 0, bytes.fromhex(message["bytes"]))
    for message in messages:
        content = bytes.fromhex(message["bytes"])
        number = CHANNELS.get(message["name"], 0)
        if message["sender"] == "host":
            save("session", message["name"], operation(8, 1) + operation(1, number, content) + operation(6, 5))
        else:
            program = info + operation(6, 0) + operation(7, 0) + operation(1, number, content)
            save("device", message["name"], program)


if __name__ == "__main__":
    main()
