package dev.hagen.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * A bare guest in 32-bit mode that calls many functions, some far more often than others, and ends by writing 1 to the debug
 * exit. Each has a loop of its own, so each becomes a unit.
 */
public final class SkewedGuest {
  /** Where it is loaded and entered. */
  public static final long BASE = 0x10_0000;
  /** The port that it ends at. */
  public static final int DEBUG_EXIT = 0x501;
  private static final int FUNCTIONS = 256;
  private static final int TABLE = 0x1000;
  private static final int CODE = 0x2000;
  /** Distance of functions. */
  private static final int ROOM = 512;
  private static final int TURNS = 400;
  private static final int STACK = 0x8_0000;

  private SkewedGuest() {}

  /** The image; it makes {@code calls} calls of some hundred to some thousand instructions. */
  public static byte[] image(int calls) {
    ByteBuffer out = ByteBuffer.allocate(CODE + FUNCTIONS * ROOM).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0xBC).putInt(STACK);                                   // mov esp, STACK
    out.put((byte) 0xBE).putInt(1);                                       // mov esi, 1
    out.put((byte) 0xBF).putInt(calls);                                   // mov edi, calls
    int loop = out.position();
    out.put(bytes(0x69, 0xF6)).putInt(1_664_525);                         // imul esi, esi, …
    out.put(bytes(0x81, 0xC6)).putInt(1_013_904_223);                     // add esi, …
    out.put(bytes(0x89, 0xF0, 0xC1, 0xE8, 0x18));                         // mov eax, esi; shr eax, 24
    out.put(bytes(0x89, 0xF3, 0xC1, 0xEB, 0x10));                         // mov ebx, esi; shr ebx, 16
    out.put(bytes(0x21, 0xD8)).put((byte) 0x25).putInt(FUNCTIONS - 1);    // and eax, ebx; and eax, 255
    out.put(bytes(0xFF, 0x14, 0x85)).putInt((int) BASE + TABLE);          // call [TABLE + 4 * eax]
    out.put(bytes(0x4F, 0x0F, 0x85)).putInt(loop - out.position() - 4);   // dec edi; jnz loop
    out.put(bytes(0x66, 0xBA)).putShort((short) DEBUG_EXIT);              // mov dx, DEBUG_EXIT
    out.put((byte) 0xB8).putInt(1);                                       // mov eax, 1
    out.put(bytes(0xEF, 0xF4));                                           // out dx, eax; hlt
    Random random = new Random(1);
    for (int i = 0; i < FUNCTIONS; i++) {
      out.putInt(TABLE + 4 * i, (int) BASE + CODE + ROOM * i);
      out.position(CODE + ROOM * i);
      function(out, 1 + random.nextInt(8), random);
    }
    return out.array();
  }

  private static void function(ByteBuffer out, int length, Random random) {
    out.put((byte) 0xB9).putInt(TURNS);                                   // mov ecx, TURNS
    int loop = out.position();
    for (int i = 0; i < length; i++) {
      out.put((byte) 0x05).putInt(random.nextInt());                      // add eax, …
      out.put(bytes(0x31, 0xC2, 0xC1, 0xC2, 3));                          // xor edx, eax; rol edx, 3
    }
    out.put(bytes(0x49, 0x0F, 0x85)).putInt(loop - out.position() - 4);   // dec ecx; jnz loop
    out.put((byte) 0xC3);                                                 // ret
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }
}
