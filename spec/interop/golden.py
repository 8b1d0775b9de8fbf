"""Reads every golden frame of docs/protocol.md and writes it again, byte for byte. Usage: golden.py PAGE"""

import datetime
import json
import re
import struct
import sys

from client import HELLO, MAGIC, decode_all, framed


def revived(value):
    """JSON cannot say bytes and dates: texts stand for them."""
    if isinstance(value, str) and value.startswith("bytes:"):
        return bytes.fromhex(value[6:])
    if isinstance(value, str) and value.startswith("date:"):
        return datetime.datetime.fromisoformat(value[5:].replace("Z", "+00:00"))
    if isinstance(value, list):
        return [revived(each) for each in value]
    if isinstance(value, dict):
        return {name: revived(each) for name, each in value.items()}
    return value


def check_hello(expected, data):
    magic, major, minor, flags, largest = HELLO.unpack(data)
    assert magic == MAGIC
    assert f"{major}.{minor} flags {flags} frame {largest}" == expected
    assert HELLO.pack(magic, major, minor, flags, largest) == data


def check_frame(expected, data):
    (length,) = struct.unpack("<I", data[:4])
    assert length == len(data) - 4
    assert decode_all(data[4:]) == expected
    assert framed(*expected) == data


def main(page):
    text = open(page, encoding="utf-8").read()
    blocks = re.findall(r"^```golden\n(.*?)^```$", text, re.M | re.S)
    for block in blocks:
        lines = re.sub(r"\n +", " ", block).strip().split("\n")
        fields = [line.split(": ", 1) for line in lines]
        named = dict(fields)
        data = bytes.fromhex(named["hex"])
        try:
            if "hello" in named:
                check_hello(named["hello"], data)
            else:
                check_frame([revived(json.loads(text)) for name, text in fields if name == "json"], data)
        except AssertionError:
            print("not as the page says:", named["name"])
            raise
    print(f"{len(blocks)} golden blocks")


main(sys.argv[1])
