#!/usr/bin/env python3
"""What the daemon costs: memory, processor time, slow clients, a hostile device, many boards at once.

    Tools/Costs/costs.py BIN [idle|board|clients|hostile|boards]…

BIN is the folder with fieldtune and fieldtuned. Boards are the host build of the firmware; a line of 921,600 baud is a pty
with that pace in both directions. Prints one line for each figure: what was measured, the figure to reach, and whether it is.
With COSTS_MODEL=FILE.tflite (32 x 32 x 3 inputs: MLPerf Tiny's pretrainedResnet_quant) samples are 3,072 B and random, of which the line
carries 29 a second; without, they are the demo's digits of 64 B, of which it carries some 250.
Anonymous memory is RssAnon of /proc/PID/status; processor time is utime + stime of /proc/PID/stat.
"""
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BYTES_PER_SECOND = 921_600 / 10
HOSTILE_BYTES_PER_SECOND = 2_000_000
DEMO = os.path.join(ROOT, "Tools", "Demo")


class Bench:
    """A daemon in a folder of its own, an artifact, and its host firmware."""

    def __init__(self, programs):
        self.programs = programs
        self.folder = tempfile.mkdtemp(prefix="fieldtune-costs-")
        self.socket = os.path.join(self.folder, "d.sock")
        self.environment = dict(os.environ, FIELDTUNE_SOCKET=self.socket, FIELDTUNE_HOME=ROOT,
                                FIELDTUNE_STATE=os.path.join(self.folder, "own"))
        self.children = []
        self.stop = threading.Event()
        artifact = os.path.join(self.folder, "artifact")
        model = os.environ.get("COSTS_MODEL", os.path.join(DEMO, "digits-conv.tflite"))
        self.data, update = os.path.join(DEMO, "field") + ":train", "full"
        self.sample_bytes = 64
        if "COSTS_MODEL" in os.environ:
            self.data, self.sample_bytes, update = self.random_samples(64), 3072, "last-layer"
        self.fieldtune("compile", model, "--board", "host", "--update", update, "-o", artifact)
        self.fieldtune("build", artifact, "--board", "host")
        self.artifact = artifact
        self.firmware = os.path.join(artifact, "build", "host", "firmware.elf")
        config = os.path.join(self.folder, "fieldtuned.toml")
        with open(config, "w") as file:
            file.write(f'socket = "{self.socket}"\nstate-directory = "{self.folder}/state"\nhttp.port = 0\n')
        self.log = open(os.path.join(self.folder, "log"), "w")
        self.daemon = subprocess.Popen([os.path.join(programs, "fieldtuned"), "--config", config], stderr=self.log)
        while not os.path.exists(os.path.join(self.folder, "d.token")):
            time.sleep(0.02)
        page = self.fieldtune("page").strip()
        self.http = int(re.search(r":(\d+)/", page).group(1))
        self.token = page.split("token=")[1]

    def random_samples(self, count):
        """Two IDX files."""
        images, labels = os.path.join(self.folder, "images.idx"), os.path.join(self.folder, "labels.idx")
        with open(images, "wb") as file:
            file.write(bytes([0, 0, 8, 4]) + b"".join(n.to_bytes(4, "big") for n in (count, 32, 32, 3)) + os.urandom(count * 3072))
        with open(labels, "wb") as file:
            file.write(bytes([0, 0, 8, 1]) + count.to_bytes(4, "big") + bytes(n % 10 for n in range(count)))
        return f"{images},{labels}"

    def fieldtune(self, *arguments):
        program = os.path.join(self.programs, "fieldtune")
        return subprocess.run([program, *arguments], env=self.environment, check=True, capture_output=True, text=True).stdout

    def spawn(self, arguments, **options):
        child = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        self.children.append(child)
        return child

    def board(self, number):
        """Starts a board; its socket."""
        path = os.path.join(self.folder, f"board-{number}")
        self.spawn([self.firmware, "--socket", path, "--device", str(number)])
        while not os.path.exists(path):
            time.sleep(0.01)
        return path

    def train(self, device, steps=10_000_000):
        """Begins a run and leaves it to the daemon: a client that goes does not end it."""
        client = self.spawn([os.path.join(self.programs, "fieldtune"), "train", self.artifact, "--device", device, "--data",
                             self.data, "--eval", "none", "--steps", str(steps), "--json"],
                            env=self.environment)
        return client

    def release(self, clients):
        self.wait(lambda: self.metric("fieldtune_steps_total") > 0)
        for client in clients:
            client.kill()

    def metric(self, name, label=""):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}/metrics",
                                         headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
        rows = re.findall(rf"^{name}(?:\{{([^}}]*)\}})? (\S+)$", text, re.M)
        return sum(float(value) for labels, value in rows if label in labels)

    def wait(self, condition, seconds=60):
        for _ in range(seconds * 10):
            if condition():
                return
            time.sleep(0.1)
        raise SystemExit("costs: what was waited for did not happen; the daemon's log is " + self.log.name)

    def anonymous_bytes(self):
        with open(f"/proc/{self.daemon.pid}/status") as file:
            return int(re.search(r"RssAnon:\s+(\d+) kB", file.read()).group(1)) * 1024

    def processor_seconds(self):
        with open(f"/proc/{self.daemon.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rate(self, seconds):
        """Steps a second, share of a core, over some seconds."""
        began, steps, spent = time.monotonic(), self.metric("fieldtune_steps_total"), self.processor_seconds()
        time.sleep(seconds)
        took = time.monotonic() - began
        return (self.metric("fieldtune_steps_total") - steps) / took, (self.processor_seconds() - spent) / took

    def end(self):
        self.stop.set()
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
        self.daemon.terminate()
        self.daemon.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def paced_line(bench, board, garbage=0):
    """A pty whose other end is the board, at the pace of the line; `garbage` bytes a second are added to what the
    board says, between its frames. Returns the pty's name."""
    master, slave = pty.openpty()
    tty.setraw(master)
    name = os.ttyname(slave)
    device = socket.socket(socket.AF_UNIX)
    device.connect(board)
    noise = os.urandom(1 << 16)

    def carry(read, write, source):
        # At most 4 ms of the line at once.
        quantum = int(BYTES_PER_SECOND * 0.004)
        due = time.monotonic()
        while not bench.stop.is_set():
            if not select.select([source], [], [], 0.2)[0]:
                due = time.monotonic()
                continue
            try:
                data = read(quantum)
                if not data:
                    return
                write(data)
            except OSError:
                return
            due = max(due, time.monotonic() - 0.004) + len(data) / BYTES_PER_SECOND
            time.sleep(max(0, due - time.monotonic()))

    def spoil():
        due = time.monotonic()
        while not bench.stop.is_set():
            try:
                os.write(master, b"\0" + noise[:int(garbage / 100)] + b"\0")
            except OSError:
                return
            due += 0.01
            time.sleep(max(0, due - time.monotonic()))

    threading.Thread(target=carry, args=(lambda n: os.read(master, n), device.sendall, master), daemon=True).start()
    threading.Thread(target=carry, args=(device.recv, lambda d: os.write(master, d), device), daemon=True).start()
    if garbage:
        threading.Thread(target=spoil, daemon=True).start()
    bench.slave = slave
    return name


def report(what, figure, target, holds):
    print(f"{'reached' if holds else 'MISSED ':8} {what}: {figure} (to reach: {target})", flush=True)


def idle(bench):
    time.sleep(5)
    spent = bench.processor_seconds()
    time.sleep(10)
    share = (bench.processor_seconds() - spent) / 10
    size = bench.anonymous_bytes()
    report("anonymous memory, idle", f"{size / 1e6:.1f} MB", "< 12 MB", size < 12e6)
    report("processor, idle", f"{share:.2%} of a core", "< 5 %", share < 0.05)


def board(bench):
    client = bench.train(paced_line(bench, bench.board(1)))
    bench.release([client])
    time.sleep(5)
    rate, share = bench.rate(30)
    size = bench.anonymous_bytes()
    goodput = rate * bench.sample_bytes
    print(f"         one board at 921,600 baud: {rate:.1f} samples/s, {goodput:,.0f} B/s of inputs")
    report("anonymous memory, one board at 921,600 baud", f"{size / 1e6:.1f} MB", "< 12 MB", size < 12e6)
    report("processor, one board at 921,600 baud", f"{share:.2%} of a core", "< 5 %", share < 0.05)


def clients(bench):
    client = bench.train(paced_line(bench, bench.board(1)))
    bench.release([client])
    time.sleep(3)
    alone, _ = bench.rate(20)

    def dribble(number):
        head, target = ((b'{"ping":{}', bench.socket), (b"GET /api/runs HTTP/1.1\r\nHost: localhost\r\nX: ", bench.http))[number % 2]
        while not bench.stop.is_set():
            try:
                if isinstance(target, str):
                    line = socket.socket(socket.AF_UNIX)
                    line.connect(target)
                else:
                    line = socket.create_connection(("127.0.0.1", target))
                for byte in head + b"a" * 1000:
                    line.sendall(bytes([byte]))
                    time.sleep(1)
                    if bench.stop.is_set():
                        break
            except OSError:
                time.sleep(1)
            line.close()

    for number in range(256):
        threading.Thread(target=dribble, args=(number,), daemon=True).start()
    time.sleep(3)
    began, steps = time.monotonic(), store_steps(bench)
    time.sleep(20)
    crowded = (store_steps(bench) - steps) / (time.monotonic() - began)
    loss = 1 - crowded / alone
    report("256 dribbling clients", f"{loss:.2%} of goodput ({alone:.1f} → {crowded:.1f} samples/s)", "< 1 %", loss < 0.01)
    print(f"         anonymous memory with them: {bench.anonymous_bytes() / 1e6:.1f} MB")


def store_steps(bench):
    """Steps in the store: HTTP's places are taken while clients dribble."""
    import sqlite3
    with sqlite3.connect(f"file:{bench.folder}/state/runs.sqlite?mode=ro", uri=True) as store:
        return store.execute("SELECT count(*) FROM steps").fetchone()[0]


def hostile(bench):
    client = bench.train(paced_line(bench, bench.board(1)))
    bench.release([client])
    time.sleep(5)
    before = bench.anonymous_bytes()
    second = bench.train(paced_line(bench, bench.board(2), garbage=HOSTILE_BYTES_PER_SECOND))
    highest = before
    spent, began = bench.processor_seconds(), time.monotonic()
    while time.monotonic() - began < 60:
        time.sleep(0.5)
        highest = max(highest, bench.anonymous_bytes())
    share = (bench.processor_seconds() - spent) / 60
    second.kill()
    growth = highest - before
    damaged = bench.metric("fieldtune_link_frames_damaged_total")
    report("hostile device, 2 MB/s of garbage for 60 s", f"{growth / 1e6:.1f} MB growth", "<= 8 MB", growth <= 8 << 20)
    print(f"         {damaged:,.0f} damaged pieces counted, {share:.0%} of a core")


def boards(bench):
    one = bench.train(f"unix:{bench.board(1)}")
    bench.release([one])
    time.sleep(3)
    alone, _ = bench.rate(20)
    others = [bench.train(f"unix:{bench.board(number)}") for number in range(2, 17)]
    bench.wait(lambda: bench.metric("fieldtune_runs_active") == 16)
    time.sleep(3)
    for client in others:
        client.kill()
    time.sleep(2)
    together, share = bench.rate(20)
    size = bench.anonymous_bytes()
    report("16 boards at once on two cores", f"{together / alone:.0%} of one board's rate ({alone:.0f} → {together:.0f} steps/s)",
           ">= 90 %", together >= 0.9 * alone)
    print(f"         daemon: {share:.0%} of a core, {size / 1e6:.1f} MB anonymous")


def main():
    parts = {"idle": idle, "board": board, "clients": clients, "hostile": hostile, "boards": boards}
    if len(sys.argv) < 2 or any(name not in parts for name in sys.argv[2:]):
        raise SystemExit(__doc__)
    for name in sys.argv[2:] or parts:
        bench = Bench(os.path.abspath(sys.argv[1]))
        try:
            parts[name](bench)
        finally:
            bench.end()


main()
