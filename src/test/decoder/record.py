#!/usr/bin/env python3
"""Records what objdump says about instructions, for DecoderCorpusTest.

    record.py MODE KIND OUTPUT.gz [FILE...]

MODE is 16, 32 or 64. KIND is

  random   made up here, always the same ones: prefixes, opcodes of all maps, ModRM and SIB
           bytes, edge values behind them
  real     from the ELF files or, in 16-bit mode, raw images given; 32-bit ELF files given for
           16-bit mode stand for code made with gcc -m16: their instructions with the prefixes
           67 and 66 swapped

The recordings here were made with GNU objdump 2.40 from Debian 12's packages:

  real-64  libc.so.6 of libc6:amd64, vmlinux of linux-image-cloud-amd64
  real-32  libc.so.6 of libc6:i386, vmlinux of linux-image-686
  real-16  BIOS images of seabios, vgabios and bochsbios, boot images (*.img) of grub-pc-bin, then
           both files of real-32

(guest-images/debian/build.sh leaves libc.so.6 and vmlinux under target/guest-images.)

The output has one instruction a line, sorted: its bytes, a space, objdump's text in Intel
syntax with white space collapsed, comments and symbols removed, and branch targets as if the
instruction were at address 0. Where objdump finds no instruction the line has all the bytes
that it was shown and the text (bad); real code has no such lines, because they are data.
"""

import gzip
import random
import re
import subprocess
import sys
import tempfile

SAMPLE = 110_000
MACHINE = {16: "i8086", 32: "i386", 64: "i386:x86-64"}
LINE = re.compile(r"^\s*([0-9a-f]+):\t((?:[0-9a-f]{2} )+)\s*(?:\t(.*))?$")
BRANCH = re.compile(r"\b(?:j[a-z]+|call[wdq]?|loop\w*|xbegin) ((?:0x)?[0-9a-f]+)$")
LEGACY_PREFIXES = b"\x26\x2e\x36\x3e\x64\x65\x66\x67\xf0\xf2\xf3"
SLOT = 48
SHOWN = 16


def objdump(mode, arguments):
    command = ["objdump", "-M", "intel,amd64", "-w", "-z", "--insn-width=16"] + arguments
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        match = LINE.match(line)
        if match:
            address, code = int(match[1], 16), bytes.fromhex(match[2])
            yield address, code, normalise(mode, address, code, match[3] or "")


def normalise(mode, address, code, text):
    text = re.sub(r"\s*#.*", "", text)
    text = re.sub(r"\s*<[^>]*>", "", text)
    text = re.sub(r"\s+", " ", text).strip()
    match = BRANCH.search(text)
    if match:
        target = (int(match[1], 16) - address) % (1 << target_bits(mode, code))
        text = text[: match.start(1)] + hex(target)
    return text


def target_bits(mode, code):
    """The operand size of a branch in 64-bit mode, where objdump agrees with AMD, or below."""
    prefixes = code[: prefix_count(mode, code)]
    if mode == 64:
        wide = prefixes and prefixes[-1] & 0xF8 == 0x48
        return 16 if 0x66 in prefixes and not wide else 64
    return 16 if (mode == 16) != (0x66 in prefixes) else 32


def prefix_count(mode, code):
    count = 0
    while count < len(code) and (code[count] in LEGACY_PREFIXES or mode == 64 and code[count] & 0xF0 == 0x40):
        count += 1
    return count


def whole_instructions(mode, path):
    """The instructions of an ELF file's code, or of a raw 16-bit image."""
    with open(path, "rb") as file:
        elf = file.read(4) == b"\x7fELF"
    if elf:
        return objdump(mode, ["-d", path])
    return objdump(mode, ["-D", "-b", "binary", "-m", MACHINE[mode], path])


def swap_sizes(code):
    """A 32-bit instruction as gcc -m16 encodes it: 66 and 67 where there were none and the reverse."""
    rest = prefix_count(32, code)
    prefixes = list(code[:rest])
    for prefix in (0x66, 0x67):
        if prefix in prefixes:
            prefixes = [p for p in prefixes if p != prefix]
        else:
            prefixes.insert(0, prefix)
    return bytes(prefixes) + code[rest:]


def isolated(mode, codes):
    """What objdump says about each byte string, followed by nothing but NOPs."""
    codes = list(codes)
    with tempfile.NamedTemporaryFile(suffix=".bin") as file:
        file.write(b"".join(code.ljust(SLOT, b"\x90") for code in codes))
        file.flush()
        for address, code, text in objdump(mode, ["-D", "-b", "binary", "-m", MACHINE[mode], file.name]):
            if address % SLOT == 0:
                yield codes[address // SLOT], code, text


PREFIX_NAMES = "cs ds es ss fs gs data16 data32 addr16 addr32 lock repz repnz rep".split()
PREFIXES = [0x66, 0x66, 0xF3, 0xF2, 0x67, 0xF0, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65]
EDGES = [0x00, 0x01, 0x7F, 0x80, 0xFF]


def opcode(rng):
    kind = rng.random()
    byte = bytes([rng.randrange(256)])
    if kind < 0.34:
        return byte
    if kind < 0.42:
        return bytes([rng.choice([0x80, 0x81, 0x83, 0xC0, 0xC1, 0xD0, 0xD1, 0xD2, 0xD3, 0xF6, 0xF7, 0xFE, 0xFF, 0x8F])])
    if kind < 0.55:
        return bytes([0xD8 + rng.randrange(8)])
    if kind < 0.84:
        return b"\x0f" + byte
    if kind < 0.88:
        return b"\x0f" + bytes([rng.choice([0x00, 0x01, 0x18, 0x71, 0x72, 0x73, 0xAE, 0xBA, 0xC7])])
    if kind < 0.95:
        return b"\x0f\x38" + bytes([rng.choice([rng.randrange(0x42), 0x82, 0xF0, 0xF1, byte[0]])])
    return b"\x0f\x3a" + bytes([rng.choice([rng.randrange(0x23), 0x40 + rng.randrange(3), 0x60 + rng.randrange(4), byte[0]])])


def made_up(mode, rng):
    """One instruction: a few prefixes, an opcode, and enough bytes behind it."""
    count = rng.choices([0, 1, 2, 3, 4], [50, 32, 13, 4, 1])[0]
    code = bytes(rng.choice(PREFIXES) for _ in range(count))
    if mode == 64 and rng.random() < 0.4:
        code += bytes([0x40 + rng.randrange(16)])
    code += opcode(rng)
    code += bytes([rng.choices([rng.randrange(256), 0xC0 | rng.randrange(64)], [70, 30])[0]])
    while len(code) < SHOWN:
        code += bytes([rng.choices([rng.randrange(256), rng.choice(EDGES)], [60, 40])[0]])
    return code[:SHOWN]


def record(mode, kind, files):
    rng = random.Random(mode)
    lines = {}
    if kind == "random":
        for shown, code, text in isolated(mode, (made_up(mode, rng) for _ in range(3 * SAMPLE // 2))):
            bad = is_bad(text)
            # Undefined opcodes are checked too, but not at that share.
            if not bad or rng.random() < 0.3:
                lines[shown[:15] if bad else code] = "(bad)" if bad else text
    else:
        for path in files:
            found = whole_instructions(path_mode(path), path)
            if path_mode(path) == mode:
                lines.update((code, text) for _, code, text in found)
            else:
                swapped = sorted({swap_sizes(code)[:15] for _, code, _ in found})
                lines.update((code, text) for _, code, text in isolated(mode, swapped))
        lines = {code: text for code, text in lines.items() if not is_bad(text)}
        thin_out(lines, rng)
    return {code: text for code, text in lines.items() if not is_left_out(code, text)}


def is_bad(text):
    return "(bad)" in text or "?" in text or text.startswith(".byte")


def path_mode(path):
    with open(path, "rb") as file:
        head = file.read(5)
    return {b"\x7fELF\x01": 32, b"\x7fELF\x02": 64}.get(head, 16)


def is_left_out(code, text):
    # A REX prefix with another prefix behind it ends the instruction for objdump.
    if text.split(" ")[-1] in PREFIX_NAMES or text.split(" ")[-1].startswith("rex"):
        return True
    # objdump takes FWAIT for a prefix of the x87 instruction behind it; a processor does not.
    return code.lstrip(LEGACY_PREFIXES)[:1] == b"\x9b" and len(code.lstrip(LEGACY_PREFIXES)) > 1


def thin_out(lines, rng):
    """Real code is full of calls and jumps that differ only in their distance."""
    for code in sorted(code for code, text in lines.items() if BRANCH.search(text)):
        if rng.random() > 0.1:
            del lines[code]


def main():
    mode, kind, output = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    lines = record(mode, kind, sys.argv[4:])
    codes = sorted(lines)
    if len(codes) > SAMPLE:
        codes = sorted(random.Random(mode).sample(codes, SAMPLE))
    content = "".join(f"{code.hex()} {lines[code]}\n" for code in codes).encode()
    with open(output, "wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=9, mtime=0, filename="") as packed:
            packed.write(content)
    print(f"{output}: {len(codes)} instructions")


main()
