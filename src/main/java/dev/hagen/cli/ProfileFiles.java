package dev.hagen.cli;

import com.google.gson.GsonBuilder;
import dev.hagen.profile.Naming;
import dev.hagen.profile.ProfileReport;
import dev.hagen.profile.Tier;
import dev.hagen.profile.UnitBook;
import dev.hagen.profile.UnitKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The files of a profile. Each is there in whole or not at all. */
final class ProfileFiles {
  private static final double NANOS = 1e9;
  private static final long NANOS_PER_MICRO = 1000;

  /** Units whose instructions are written: the hottest. */
  private static final int WITH_CODE = 100;

  private ProfileFiles() {}

  static void createDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UserError("-o: " + directory + " is no directory and cannot be made one: " + Main.reason(e) + ".");
    }
  }

  static void write(ProfileReport report, Path directory) {
    String json = json(report);
    write(directory.resolve("profile.json"), json);
    write(directory.resolve("profile.html"), page(json));
    write(directory.resolve("profile.folded"), folded(report));
  }

  private static void write(Path file, String content) {
    try {
      Path unfinished = file.resolveSibling("." + file.getFileName() + ".part");
      try {
        Files.writeString(unfinished, content);
        Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(unfinished);
      }
    } catch (IOException e) {
      throw new UserError("-o: " + file + " cannot be written: " + Main.reason(e) + ".");
    }
  }

  /** The page, which needs nothing but itself; the JSON has no character that would end its element. */
  static String page(String json) {
    try (InputStream in = ProfileFiles.class.getResourceAsStream("profile.html")) {
      if (in == null) {
        throw new IllegalStateException("the page is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("@DATA@", json);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stacks as flame graph programs read them, a line each, with microseconds. */
  static String folded(ProfileReport report) {
    return new TreeMap<>(report.stacks()).entrySet().stream().filter(stack -> stack.getValue() >= NANOS_PER_MICRO)
        .map(stack -> stack.getKey() + " " + stack.getValue() / NANOS_PER_MICRO + "\n").collect(Collectors.joining());
  }

  static String json(ProfileReport report) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("seconds", report.profile().total() / NANOS);
    object.put("samples", report.profile().samples());
    Map<String, Double> named = new LinkedHashMap<>();
    for (Naming naming : Naming.values()) {
      named.put(naming.spelling(), report.named(naming));
    }
    object.put("named", named);
    object.put("stripped", report.stripped());
    object.put("tiers", spelled(report.tiers()));
    List<ProfileReport.UnitRow> units = report.units();
    object.put("units", IntStream.range(0, units.size()).mapToObj(i -> unit(report, units.get(i), i < WITH_CODE)).toList());
    object.put("functions", report.functions());
    object.put("pages", report.pages());
    object.put("mix", report.mix());
    object.put("exits", report.exits());
    object.put("stacks", new TreeMap<>(report.stacks()));
    object.put("timeline", report.profile().timeline().stream().map(ProfileFiles::spelled).toList());
    return new GsonBuilder().setPrettyPrinting().create().toJson(object) + "\n";
  }

  private static <T> Map<String, T> spelled(Map<Tier, T> tiers) {
    Map<String, T> spelled = new LinkedHashMap<>();
    tiers.forEach((tier, value) -> spelled.put(tier.spelling(), value));
    return spelled;
  }

  private static Map<String, Object> unit(ProfileReport report, ProfileReport.UnitRow row, boolean withCode) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("name", row.name());
    object.put("share", row.share());
    object.put("tier", row.tier().spelling());
    UnitKey key = row.key();
    if (key != null) {
      UnitBook.Facts facts = row.facts();
      object.put("address", "0x%x".formatted(key.linear()));
      object.put("physical_address", "0x%x".formatted(key.physical()));
      object.put("instructions", facts.instructions());
      object.put("bytecodes", facts.bytecodes());
      object.put("made", facts.made());
      object.put("retranslations", facts.retranslations());
      object.put("exits", row.exits());
      object.put("runs", facts.runs());
      object.put("retired", facts.retired());
      object.put("links", row.links());
      if (withCode) {
        object.put("code", report.code(key));
      }
    }
    return object;
  }
}
