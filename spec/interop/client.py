"""A client of ahnlich in Python, written from docs/protocol.md alone, on the msgpack of Debian."""

import socket
import struct

import msgpack

MAJOR, MINOR = 0, 2
MAGIC = b"AHNL"
HELLO = struct.Struct("<4sHHII")


class Failure(Exception):
    """What a server says of a request that failed, or of a session that it ends."""

    def __init__(self, error):
        self.code, self.message, self.details, self.retryable = error[:4]
        super().__init__(f"{self.code}: {self.message}")


class Lost(Exception):
    """The stream has ended."""


def encode(value):
    return msgpack.packb(plain(value), use_bin_type=True, datetime=True)


def plain(value):
    """Integers beyond 32 bits as float 64, as the page's own bytes have them."""
    if isinstance(value, bool) or not isinstance(value, (int, list, tuple, dict)):
        return value
    if isinstance(value, int):
        return value if -(2**31) <= value < 2**32 else float(value)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value]


def decode_all(body):
    """The values that stand one after the other in a frame's body."""
    unpacker = msgpack.Unpacker(raw=False, timestamp=3, strict_map_key=True)
    unpacker.feed(body)
    return list(unpacker)


def framed(*messages):
    body = b"".join(encode(message) for message in messages)
    return struct.pack("<I", len(body)) + body


def vector(*numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


def numbers(data):
    return list(struct.unpack(f"<{len(data) // 4}f", data))


class Client:
    """One connection. `ask` waits for its answer; `send` and `receive` are the pieces of it."""

    def __init__(self, host, port, client_id, largest=16 * 1024 * 1024, major=MAJOR):
        self.stream = socket.create_connection((host, port), timeout=20)
        self.next_id = 0
        self.answers = {}
        self.parts = {}
        self.seen_parts = 0
        self.goaway = None
        self.stream.sendall(HELLO.pack(MAGIC, major, MINOR, 0, largest))
        magic, self.major, self.minor, flags, self.largest = HELLO.unpack(self.exactly(16))
        self.verdict = flags & 0xFF
        if magic != MAGIC or self.verdict != 0:
            return
        self.stream.sendall(framed([1, "python", "1.0", client_id, None]))
        while True:
            for message in self.frame():
                if message[0] == 2:
                    self.accepted = message[1]
                    return
                if message[0] == 3:
                    raise Failure(message[1])

    def exactly(self, count):
        data = b""
        while len(data) < count:
            chunk = self.stream.recv(count - len(data))
            if not chunk:
                raise Lost()
            data += chunk
        return data

    def frame(self):
        (length,) = struct.unpack("<I", self.exactly(4))
        return decode_all(self.exactly(length))

    def request(self, kind, fields=None, header=None):
        """An id of its own, and the message that asks under it."""
        self.next_id += 1
        query = [kind] if fields is None else [kind, fields]
        message = [4, self.next_id, query]
        return self.next_id, message if header is None else [*message, header]

    def send(self, *messages):
        self.stream.sendall(framed(*messages))

    def receive(self, request_id):
        """The answer of a request; what comes for others meanwhile is kept."""
        while request_id not in self.answers:
            for message in self.frame():
                self.take(message)
        answer = self.answers.pop(request_id)
        if isinstance(answer, Failure):
            raise answer
        return answer

    def take(self, message):
        kind = message[0]
        if kind == 5:
            self.answers[message[1]] = message[2]
        elif kind == 6:
            self.answers[message[1]] = Failure(message[2])
        elif kind == 7:
            _, request_id, last, data = message[:4]
            self.seen_parts += 1
            self.parts[request_id] = self.parts.get(request_id, b"") + data
            if last:
                (self.answers[request_id],) = decode_all(self.parts.pop(request_id))
        elif kind == 9:
            self.goaway = message[1]
        elif kind == 3:
            raise Failure(message[1])

    def ask(self, kind, fields=None, header=None):
        request_id, message = self.request(kind, fields, header)
        self.send(message)
        return self.receive(request_id)

    def cancel(self, request_id):
        self.send([8, request_id])

    def leave(self):
        """Says goodbye; what is in flight is still answered before the server closes."""
        self.send([10])
        try:
            while True:
                for message in self.frame():
                    self.take(message)
        except Lost:
            self.stream.close()
