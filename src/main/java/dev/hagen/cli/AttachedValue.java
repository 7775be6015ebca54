package dev.hagen.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Lets an option have a value only behind an equals sign, so that what follows it may be an image. */
final class AttachedValue implements IParameterPreprocessor {
  @Override
  public boolean preprocess(Stack<String> arguments, CommandSpec command, ArgSpec argument, Map<String, Object> info) {
    if (" ".equals(info.get("separator")) && argument instanceof OptionSpec option) {
      arguments.push(option.fallbackValue());
    }
    return false;
  }
}
