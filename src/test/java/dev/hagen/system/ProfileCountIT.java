package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.hagen.boot.BootException;
import dev.hagen.profile.InstructionCount;
import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code hagen profile} says of a boot and measured programs, beside a count of instructions in which it has no part.
 *
 * <p>Time is not a number of instructions: an instruction takes fifty times as long in the interpreter as in C2's code. So two
 * things are compared that should agree: the time of the interpreter when it runs everything, and the instructions that the
 * profile estimates, and units count, when units run. The programs are those whose numbers of instructions are not close to each other.
 */
class ProfileCountIT {
  private static final String PROGRAMS = "console=ttyS0 bench=sha256,matrix,fib,isprime,quicksort,sieve scale=0.5 runs=1";
  private static final long MEMORY = 512L << 20;
  /** Instructions between two looks; a prime number. */
  private static final long EVERY = 9973;
  private static final int TOP = 10;
  private static final double AGREEMENT = 0.9;
  /** Of the ten functions that a profile has most of, how many the count has among its ten. */
  private static final int COMMON = 8;

  private static Map<String, Long> counted;

  @TempDir
  private Path directory;

  @BeforeAll
  static void count() throws BootException {
    counted = InstructionCount.of(Requirements.debianImage("vmlinuz-amd64"), Requirements.benchImage("initrd-amd64"),
        PROGRAMS, MEMORY, EVERY);
  }

  @Test
  void timeOfTheInterpreter_ranksTheTopTenAsTheCountDoes() throws IOException {
    assertThat(correlation(profile("self", "--tunable", "threshold=0"))).isGreaterThanOrEqualTo(AGREEMENT);
  }

  @Test
  void estimatedInstructions_ofAllTiers_rankTheTopTenAsTheCountDoes() throws IOException {
    assertThat(correlation(profile("instructions"))).isGreaterThanOrEqualTo(AGREEMENT);
    // Units count what they retire; before there was one, the interpreter has run a little of it.
    double retired = rows("units").filter(row -> row.get("name").getAsString().matches("sha256(\\+.*)?"))
        .mapToDouble(row -> row.get("retired").getAsDouble()).sum();
    assertThat(retired / EVERY).isCloseTo(counted.get("sha256"), withinPercentage(5));
  }

  /** The functions of a profile with what they have of {@code member}. */
  private Map<String, Double> profile(String member, String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("profile", "-kernel",
        Requirements.debianImage("vmlinuz-amd64").toString(), "-initrd", Requirements.benchImage("initrd-amd64").toString(),
        "-append", PROGRAMS, "-m", "512", "-no-reboot", "-serial", "null", "--rate", "1000", "-o", directory.toString()));
    arguments.addAll(List.of(more));
    Result result = HagenProcess.run(arguments.toArray(String[]::new));
    assertThat(result.exitCode()).as(result.err()).isZero();
    Map<String, Double> shares = new HashMap<>();
    rows("functions").forEach(row -> shares.put(row.get("name").getAsString(), row.get(member).getAsDouble()));
    return shares;
  }

  private Stream<JsonObject> rows(String table) throws IOException {
    JsonObject profile = JsonParser.parseString(Files.readString(directory.resolve("profile.json"))).getAsJsonObject();
    return StreamSupport.stream(profile.getAsJsonArray(table).spliterator(), false).map(JsonElement::getAsJsonObject);
  }

  /** Spearman's rank correlation of shares with the count, of the functions that the count has most of. */
  private static double correlation(Map<String, Double> shares) {
    List<String> top = counted.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed()).limit(TOP)
        .map(Map.Entry::getKey).toList();
    assertThat(shares.entrySet().stream().sorted(Map.Entry.<String, Double>comparingByValue().reversed()).limit(TOP)
        .map(Map.Entry::getKey).filter(top::contains)).hasSizeGreaterThanOrEqualTo(COMMON);
    double[] own = ranks(top.stream().mapToDouble(name -> shares.getOrDefault(name, 0.0)).toArray());
    double[] others = ranks(top.stream().mapToDouble(counted::get).toArray());
    double mean = (TOP + 1) / 2.0;
    double both = 0;
    double one = 0;
    double other = 0;
    for (int i = 0; i < TOP; i++) {
      both += (own[i] - mean) * (others[i] - mean);
      one += (own[i] - mean) * (own[i] - mean);
      other += (others[i] - mean) * (others[i] - mean);
    }
    double correlation = both / Math.sqrt(one * other);
    System.out.println("rank correlation " + correlation + " of " + top);
    return correlation;
  }

  /** The rank of each value, from 1 for the greatest; equal ones share theirs. */
  private static double[] ranks(double[] values) {
    double[] ranks = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      double greater = 0;
      double same = 0;
      for (double value : values) {
        greater += value > values[i] ? 1 : 0;
        same += value == values[i] ? 1 : 0;
      }
      ranks[i] = greater + (same + 1) / 2;
    }
    return ranks;
  }
}
