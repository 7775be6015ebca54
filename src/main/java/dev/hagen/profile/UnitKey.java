package dev.hagen.profile;

import dev.hagen.interpret.RegionCode;

/**
 * The place that a unit is made for; all units made for it one after the other share it.
 *
 * @param linear address of the head when the region was formed
 * @param physical guest-physical address of the head
 * @param context execution context of the code
 */
public record UnitKey(long linear, long physical, int context) {
  static UnitKey of(RegionCode code) {
    return new UnitKey(code.linear(), code.physical(), code.context());
  }
}
