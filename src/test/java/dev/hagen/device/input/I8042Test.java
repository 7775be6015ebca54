package dev.hagen.device.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.hagen.device.ManualClock;
import dev.hagen.device.PortDevice;
import dev.hagen.device.RandomGuest;
import dev.hagen.device.RecordingLine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class I8042Test {
  private static final int KEY_A = 0x1C;
  private static final int KEY_UP = 0xE075;

  private final RecordingLine irq1 = new RecordingLine();
  private final RecordingLine irq12 = new RecordingLine();
  private final RecordingLine a20 = new RecordingLine();
  private int resets;
  private final I8042 controller = new I8042(irq1, irq12, a20, () -> resets++);
  private final PortDevice data = controller.dataPort();
  private final PortDevice command = controller.commandPort();

  private void command(int value) {
    command.writePort(0, value, 1);
  }

  private void command(int value, int argument) {
    command(value);
    write(argument);
  }

  private void write(int value) {
    data.writePort(0, value, 1);
  }

  private int status() {
    return (int) command.readPort(0, 1);
  }

  /** Reads all that waits, as hexadecimal numbers. */
  private List<String> readAll() {
    List<String> octets = new ArrayList<>();
    while ((status() & 1) != 0) {
      octets.add("%02x".formatted(data.readPort(0, 1)));
    }
    return octets;
  }

  private List<String> mouse(int value) {
    command(0xD4, value);
    return readAll();
  }

  private List<String> keyboard(int value) {
    write(value);
    return readAll();
  }

  private void raw() {
    command(0x60, 0x07);
  }

  @Test
  void powerOn_nothingWaits() {
    assertEquals(0x14, status());
    assertTrue(a20.level);
    assertFalse(irq1.level);
  }

  @Test
  void selfTest_passes() {
    command(0xAA);
    assertEquals(0x1D, status());
    assertEquals(List.of("55"), readAll());
  }

  @Test
  void interfaceTests_pass() {
    command(0xAB);
    assertEquals(List.of("00"), readAll());
    command(0xA9);
    assertEquals(List.of("00"), readAll());
  }

  @Test
  void configuration_readsBackWhatIsWritten() {
    command(0x20);
    assertEquals(List.of("65"), readAll());
    command(0x60, 0x47);
    command(0x20);
    assertEquals(List.of("47"), readAll());
  }

  @Test
  void memory_keepsItsBytes() {
    command(0x7F, 0xA5);
    command(0x3F);
    assertEquals(List.of("a5"), readAll());
  }

  @Test
  void auxPort_switchedOffAndOn_showsInConfiguration() {
    command(0xA8);
    command(0x20);
    assertEquals(List.of("45"), readAll());
    command(0xA7);
    command(0x20);
    assertEquals(List.of("65"), readAll());
  }

  @Test
  void auxLoop_comesBackAsMouseByteWithItsInterrupt() {
    command(0x60, 0x47);
    command(0xD3, 0x5A);
    assertEquals(0x35, status() & 0x37);
    assertTrue(irq12.level);
    assertFalse(irq1.level);
    assertEquals(List.of("5a"), readAll());
    assertFalse(irq12.level);
  }

  @Test
  void keyboardLoop_comesBackAsKeyboardByte() {
    command(0xD2, 0x1E);
    assertTrue(irq1.level);
    assertEquals(List.of("1e"), readAll());
  }

  @Test
  void outputPort_written_drivesA20() {
    command(0xD1, 0xDD);
    assertFalse(a20.level);
    command(0xD0);
    assertEquals(List.of("01"), readAll());
    command(0xD1, 0xDF);
    assertTrue(a20.level);
  }

  @Test
  void outputPort_resetBitCleared_resets() {
    command(0xD1, 0xDE);
    assertEquals(1, resets);
  }

  @Test
  void pulseOfTheResetLine_resets() {
    command(0xFE);
    assertEquals(1, resets);
    command(0xFF);
    assertEquals(1, resets);
  }

  @Test
  void status_showsWhetherCommandOrDataCameLast() {
    command(0xA8);
    assertEquals(8, status() & 8);
    write(0xF4);
    assertEquals(0, status() & 8);
  }

  @Test
  void key_pressedAndReleased_isTranslated() {
    controller.keyboard().key(KEY_A, true);
    controller.keyboard().key(KEY_A, false);
    assertEquals(List.of("1e", "9e"), readAll());
  }

  @Test
  void extendedKey_pressedAndReleased_isTranslated() {
    controller.keyboard().key(KEY_UP, true);
    controller.keyboard().key(KEY_UP, false);
    assertEquals(List.of("e0", "48", "e0", "c8"), readAll());
  }

  @Test
  void key_withoutTranslation_isSetTwo() {
    raw();
    controller.keyboard().key(KEY_A, true);
    controller.keyboard().key(KEY_A, false);
    assertEquals(List.of("1c", "f0", "1c"), readAll());
  }

  @Test
  void key_inSetOne_isSetOne() {
    raw();
    assertEquals(List.of("fa"), keyboard(0xF0));
    assertEquals(List.of("fa"), keyboard(1));
    controller.keyboard().key(KEY_UP, true);
    controller.keyboard().key(KEY_UP, false);
    assertEquals(List.of("e0", "48", "e0", "c8"), readAll());
  }

  @Test
  void keys_eachByte_isAnEdge() {
    controller.keyboard().key(KEY_UP, true);
    assertEquals(1, irq1.edges);
    data.readPort(0, 1);
    assertEquals(2, irq1.edges);
    data.readPort(0, 1);
    assertFalse(irq1.level);
  }

  @Test
  void interruptDisabled_byteWaitsSilently() {
    command(0x60, 0x44);
    controller.keyboard().key(KEY_A, true);
    assertFalse(irq1.level);
    assertEquals(1, status() & 1);
    command(0x60, 0x45);
    assertTrue(irq1.level);
  }

  @Test
  void keyboardOff_keysWaitInTheKeyboard() {
    command(0xAD);
    controller.keyboard().key(KEY_A, true);
    assertEquals(0, status() & 1);
    command(0xAE);
    assertEquals(List.of("1e"), readAll());
  }

  @Test
  void dataRead_withNothingWaiting_repeatsTheLast() {
    controller.keyboard().key(KEY_A, true);
    data.readPort(0, 1);
    assertEquals(0x1E, data.readPort(0, 1));
  }

  @Test
  void keys_moreThanTheKeyboardHolds_endInOverrun() {
    raw();
    for (int i = 0; i < 30; i++) {
      controller.keyboard().key(KEY_A, true);
    }
    assertFalse(controller.keyboard().canType());
    assertTrue(readAll().contains("00"));
    assertTrue(controller.keyboard().canType());
  }

  @Test
  void keyboardReset_answersSelfTest() {
    assertEquals(List.of("fa", "aa"), keyboard(0xFF));
  }

  @Test
  void keyboardIdentify_answersItsTwoBytes() {
    assertEquals(List.of("fa", "ab", "41"), keyboard(0xF2), "translated");
    raw();
    assertEquals(List.of("fa", "ab", "83"), keyboard(0xF2));
  }

  @Test
  void keyboardEcho_answersEcho() {
    assertEquals(List.of("ee"), keyboard(0xEE));
  }

  @Test
  void keyboardLights_areSet() {
    assertEquals(List.of("fa"), keyboard(0xED));
    assertEquals(List.of("fa"), keyboard(0x05));
    assertEquals(5, controller.keyboard().leds());
  }

  @Test
  void keyboardScanCodeSet_isTold() {
    raw();
    keyboard(0xF0);
    assertEquals(List.of("fa", "02"), keyboard(0));
    keyboard(0xF0);
    assertEquals(List.of("fe"), keyboard(3));
  }

  @Test
  void keyboardTypematic_isAcknowledged() {
    assertEquals(List.of("fa"), keyboard(0xF3));
    assertEquals(List.of("fa"), keyboard(0x20));
  }

  @Test
  void keyboardDisabled_sendsNoKeys() {
    assertEquals(List.of("fa"), keyboard(0xF5));
    controller.keyboard().key(KEY_A, true);
    assertEquals(List.of(), readAll());
    assertEquals(List.of("fa"), keyboard(0xF4));
    controller.keyboard().key(KEY_A, true);
    assertEquals(List.of("1e"), readAll());
  }

  @Test
  void keyboardUnknownCommand_asksToResend() {
    assertEquals(List.of("fe"), keyboard(0x12));
  }

  @Test
  void keyboardResend_repeatsTheLastByte() {
    raw();
    keyboard(0xF2);
    assertEquals(List.of("83"), keyboard(0xFE));
  }

  @Test
  void commandInsteadOfArgument_isTakenAsCommand() {
    keyboard(0xED);
    assertEquals(List.of("fa", "aa"), keyboard(0xFF));
  }

  @Test
  void mouseReset_answersSelfTestAndIdentifier() {
    assertEquals(List.of("fa", "aa", "00"), mouse(0xFF));
  }

  @Test
  void mouseByte_setsAuxStatusAndInterrupt() {
    command(0x60, 0x47);
    command(0xD4, 0xF4);
    assertEquals(0x21, status() & 0x21);
    assertTrue(irq12.level);
  }

  @Test
  void mouseMoved_reportingOff_isSilent() {
    command(0xA8);
    controller.mouse().move(1, 1, 0, 0);
    assertEquals(List.of(), readAll());
  }

  @Test
  void mouseMoved_reportingOn_sendsAPacket() {
    mouse(0xF4);
    controller.mouse().move(5, -3, 0, 1);
    assertEquals(List.of("29", "05", "fd"), readAll());
  }

  @Test
  void mouseMovedFar_sendsSeveralPackets() {
    mouse(0xF4);
    controller.mouse().move(300, 0, 0, 0);
    assertEquals(List.of("08", "ff", "00", "08", "2d", "00"), readAll());
  }

  @Test
  void mouseMovedOften_packetsWaitButNothingIsLost() {
    mouse(0xF4);
    for (int i = 0; i < 200; i++) {
      controller.mouse().move(1, 0, 0, 0);
    }
    List<String> octets = readAll();
    int sum = 0;
    for (int i = 1; i < octets.size(); i += 3) {
      sum += Integer.parseInt(octets.get(i), 16);
    }
    assertEquals(200, sum);
  }

  @Test
  void mouseWheelKnock_makesAWheelMouse() {
    for (int value : new int[] {0xF3, 200, 0xF3, 100, 0xF3, 80}) {
      mouse(value);
    }
    assertEquals(List.of("fa", "03"), mouse(0xF2));
    mouse(0xF4);
    controller.mouse().move(0, 0, -1, 4);
    assertEquals(List.of("0c", "00", "00", "ff"), readAll());
  }

  @Test
  void mouseStatus_tellsItsSettings() {
    mouse(0xE8);
    mouse(3);
    mouse(0xF3);
    mouse(40);
    mouse(0xE7);
    mouse(0xF4);
    controller.mouse().move(0, 0, 0, 1);
    readAll();
    assertEquals(List.of("fa", "34", "03", "28"), mouse(0xE9));
  }

  @Test
  void mouseRemoteMode_sendsOnlyWhenAsked() {
    mouse(0xF4);
    mouse(0xF0);
    controller.mouse().move(7, 0, 0, 0);
    assertEquals(List.of(), readAll());
    assertEquals(List.of("fa", "08", "07", "00"), mouse(0xEB));
  }

  @Test
  void mouseWrapMode_echoesUntilItEnds() {
    mouse(0xEE);
    assertEquals(List.of("f4"), mouse(0xF4));
    assertEquals(List.of("fa"), mouse(0xEC));
    assertEquals(List.of("fa", "00"), mouse(0xF2));
  }

  @Test
  void mouseUnknownCommand_asksToResend() {
    assertEquals(List.of("fe"), mouse(0xE1));
  }

  @Test
  void randomGuest_anyAccess_neverThrows() {
    RandomGuest guest = new RandomGuest(11, new ManualClock());
    Runnable step = () -> {
      switch (guest.random().nextInt(6)) {
        case 0 -> controller.keyboard().key(guest.random().nextInt(), guest.random().nextBoolean());
        case 1 -> controller.mouse().move(guest.random().nextInt(), guest.random().nextInt(), 3, 7);
        case 2 -> command(0xD4);
        default -> { }
      }
      boolean aux = (status() & 0x20) != 0;
      assertFalse(irq1.level && irq12.level);
      assertFalse(irq1.level && aux);
    };
    for (int i = 0; i < 20_000; i++) {
      guest.ports(data, 1, 1, 2, step);
      guest.ports(command, 1, 1, 1, step);
    }
  }
}
