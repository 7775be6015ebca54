package dev.hagen.profile;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A unit has been made; it lasts from the start of emission until the class is defined. */
@Name("dev.hagen.UnitTranslated")
@Label("Unit Translated")
@Description("A region of hot guest code has been translated into a class")
final class UnitTranslated extends UnitEvent {
  @Label("Reason")
  @Description("hot: its first unit; promoted: made for C2 in place of a draft; adapted: made anew since it was left often")
  String reason = "";

  @Label("Blocks")
  @Description("Guest blocks in the unit")
  int blocks;

  @Label("Instructions")
  @Description("Guest instructions in the unit")
  int instructions;

  @Label("Bytecodes")
  @Description("Size of the method that stands for them")
  @DataAmount
  int bytecodes;

  @Label("Class")
  @Description("Name of the class")
  String className = "";
}
