package dev.hagen.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hagen.machine.SkewedGuest;
import dev.hagen.system.HagenProcess.Result;
import dev.hagen.testing.Browser;
import dev.hagen.testing.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The pages of {@code hagen profile}, {@code tune} and {@code compare} in a browser, as wide as a desktop's window and as a
 * phone. What they look like is written into {@code target/pages}.
 */
class PagesIT {
  private static final Path PICTURES = Path.of("target", "pages");
  private static final int CALLS = 5_000;
  private static final int DONE = 3;

  @TempDir
  private static Path pages;
  @TempDir
  private Path directory;

  @BeforeAll
  static void makePages() throws IOException {
    Requirements.program("chromedriver", "chromium chromium-driver");
    run(0, "profile", "-kernel", Requirements.debianImage("vmlinuz-amd64").toString(), "-initrd",
        Requirements.debianImage("initrd-amd64").toString(), "-append", "console=ttyS0", "-m", "512", "-serial", "null", "--until",
        "HAGEN-READY", "-o", pages.toString());
    Path guest = Files.write(pages.resolve("guest"), SkewedGuest.image(CALLS));
    run(DONE, "run", guest.toString(), "--load-address", "0x" + Long.toHexString(SkewedGuest.BASE), "-device", "isa-debug-exit",
        "--tunable", "threshold=100", "--trace-units", pages.resolve("trace").toString());
    run(0, "tune", pages.resolve("trace").toString(), "-o", pages.toString());
    run(0, "compare", "--with=interpreter,adaptive,paravirtual", "--rounds=1", "--against=interpreter", "-append", "ms=2", "-o",
        pages.toString());
  }

  private static void run(int code, String... arguments) {
    Result result = HagenProcess.run(arguments);
    assertThat(result.exitCode()).as(result.err()).isEqualTo(code);
  }

  private Browser open(String page, int width) throws IOException {
    Browser browser = new Browser(width, Files.createDirectory(directory.resolve("browser")));
    browser.open(pages.resolve(page).toAbsolutePath());
    assertThat(browser.number("window.innerWidth")).isEqualTo(width);
    assertThat(browser.overflow()).isZero();
    return browser;
  }

  /** Nothing has gone wrong, nothing sticks out, and what it looks like is kept. */
  private static void finish(Browser browser, String name, int width) throws IOException {
    assertThat(browser.overflow()).isZero();
    assertThat(browser.console()).isEmpty();
    browser.photograph(PICTURES.resolve(name + "-" + width + ".png"));
    browser.setDark(true);
    browser.photograph(PICTURES.resolve(name + "-" + width + "-dark.png"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 390})
  void profile_searchZoomSortAndUnfold_work(int width) throws IOException {
    try (Browser browser = open("profile.html", width)) {
      assertThat(browser.text("document.title")).isEqualTo("Hagen: profile");
      assertThat(browser.text("document.getElementById('summary').textContent")).contains("by function");

      browser.click("#flame button:nth-of-type(2)");
      assertThat(browser.number("document.querySelectorAll('#flame button')[1].clientWidth"))
          .isGreaterThan(browser.number("document.getElementById('flame').clientWidth - 10"));
      String zoomed = browser.text("document.querySelectorAll('#flame button')[1].textContent");
      assertThat(browser.text("document.getElementById('where').textContent")).contains(zoomed);
      int boxes = browser.number("document.querySelectorAll('#flame button').length");
      browser.click("#flame button:nth-of-type(1)");
      assertThat(browser.number("document.querySelectorAll('#flame button').length")).isNotEqualTo(boxes);

      browser.type("#search", "inflate");
      assertThat(browser.number("document.querySelectorAll('#functions tbody tr').length")).isPositive();
      assertThat(browser.number("[...document.querySelectorAll('#functions tbody tr')]"
          + ".filter(row => !row.textContent.includes('inflate')).length")).isZero();
      browser.type("#search", "no such function");
      assertThat(browser.text("document.getElementById('functions').textContent")).endsWith("Nothing.");
      browser.evaluate("(document.getElementById('search').value = '',"
          + " document.getElementById('search').dispatchEvent(new Event('input')), 0)");

      String hottest = browser.text("document.querySelector('#functions tbody .name').textContent");
      browser.click("#functions th:nth-child(1) button");
      assertThat(browser.text("document.querySelector('#functions th').getAttribute('aria-sort')")).isEqualTo("ascending");
      assertThat(browser.text("document.querySelector('#functions tbody .name').textContent")).isNotEqualTo(hottest);
      browser.click("#functions th:nth-child(1) button");
      assertThat(browser.text("document.querySelector('#functions tbody .name').textContent")).isEqualTo(hottest);

      int rows = browser.number("document.querySelectorAll('#functions tbody tr').length");
      browser.click("#functions .more");
      assertThat(browser.number("document.querySelectorAll('#functions tbody tr').length")).isGreaterThan(rows);

      browser.click("#units .unfold");
      assertThat(browser.number("document.querySelectorAll('#units td.code tr').length")).isPositive();
      browser.click("#units .unfold");
      assertThat(browser.number("document.querySelectorAll('#units td.code').length")).isZero();
      browser.open(pages.resolve("profile.html").toAbsolutePath());
      finish(browser, "profile", width);
    }
  }


  @ParameterizedTest
  @ValueSource(ints = {1280, 390})
  void tune_policies_areHiddenAndShown(int width) throws IOException {
    try (Browser browser = open("tune.html", width)) {
      assertThat(browser.text("document.querySelector('.choice').textContent")).contains("Recommended: --cache policy=");
      int curves = browser.number(visible(".curve"));
      browser.click(".legend button");
      assertThat(browser.text("document.querySelector('.legend button').getAttribute('aria-pressed')")).isEqualTo("false");
      assertThat(browser.number(visible(".curve"))).isEqualTo(curves - 2);
      browser.click(".legend button");
      assertThat(browser.number(visible(".curve"))).isEqualTo(curves);
      finish(browser, "tune", width);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1280, 390})
  void compare_techniques_areHiddenAndShown(int width) throws IOException {
    try (Browser browser = open("compare.html", width)) {
      int bars = browser.number(visible(".bar"));
      int cells = browser.number(visible("td"));
      browser.click(".legend li:nth-child(2) button");
      assertThat(browser.number(visible(".bar"))).isLessThan(bars);
      assertThat(browser.number(visible("td"))).isLessThan(cells);
      browser.click(".legend li:nth-child(2) button");
      assertThat(browser.number(visible(".bar"))).isEqualTo(bars);
      finish(browser, "compare", width);
    }
  }

  /** How many of the elements that a CSS selector finds are shown. */
  private static String visible(String selector) {
    return "[...document.querySelectorAll('" + selector + "')].filter(part => part.getClientRects().length > 0).length";
  }
}
