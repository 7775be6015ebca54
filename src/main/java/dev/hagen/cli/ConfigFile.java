package dev.hagen.cli;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** A JSON object with options of a command: their names without dashes, and their values. */
final class ConfigFile {
  private static final Gson GSON =
      new Gson().newBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

  private static final Gson PRETTY = GSON.newBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final Path path;
  private final Map<String, Object> entries;

  private ConfigFile(Path path, Map<String, Object> entries) {
    this.path = path;
    this.entries = entries;
  }

  static ConfigFile read(Path path) {
    String text = new String(Main.readFile(path), StandardCharsets.UTF_8);
    Map<String, Object> entries;
    try {
      entries = GSON.fromJson(text, new TypeToken<>() {});
    } catch (JsonParseException e) {
      throw new UserError(path + " is no JSON object: " + String.valueOf(e.getMessage()).lines().findFirst().orElse("") + ".");
    }
    if (entries == null) {
      throw new UserError(path + " is empty.");
    }
    return new ConfigFile(path, entries);
  }

  /** Puts an entry into a configuration file, which may be new; its other entries stay. */
  static void put(Path path, String name, String value) {
    Map<String, Object> entries = Files.exists(path) ? new LinkedHashMap<>(read(path).entries) : new LinkedHashMap<>();
    entries.put(name, value);
    Main.writeFile(path, PRETTY.toJson(entries) + "\n");
  }

  /** The file as arguments, without those options that {@code given} has already. */
  List<String> arguments(CommandSpec command, ParseResult given) {
    List<String> arguments = new ArrayList<>();
    entries.forEach((key, value) -> {
      OptionSpec option = find(command, key);
      if (!given.hasMatchedOption(option)) {
        add(arguments, key, option, value);
      }
    });
    return arguments;
  }

  private OptionSpec find(CommandSpec command, String key) {
    OptionSpec option = command.findOption("--" + key);
    if (option == null) {
      throw new UserError(path + " has an entry '" + key + "', which is no option of '" + command.qualifiedName()
          + "'.");
    }
    return option;
  }

  private void add(List<String> arguments, String key, OptionSpec option, Object value) {
    String name = option.longestName();
    switch (value) {
      case Boolean flag -> {
        if (flag) {
          arguments.add(name);
        }
      }
      case List<?> values -> values.forEach(element -> add(arguments, key, option, element));
      // What need not have a value may take none that is not attached.
      case String text when option.arity().min() == 0 -> arguments.add(name + "=" + text);
      case String text -> arguments.addAll(List.of(name, text));
      case Number number -> arguments.addAll(List.of(name, number.toString()));
      case null, default -> throw new UserError(path + " gives '" + key + "' a value that is no text, number, list or true/false.");
    }
  }
}
