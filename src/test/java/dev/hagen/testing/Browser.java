package dev.hagen.testing;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/**
 * Chromium without a window, led by the WebDriver protocol (https://www.w3.org/TR/webdriver2/), with a profile of its own that
 * goes with it.
 */
public final class Browser implements AutoCloseable {
  private static final List<String> FLAGS = List.of("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
      "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--disable-dev-shm-usage", "--hide-scrollbars", "--force-device-scale-factor=1");
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int HEIGHT = 900;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process driver;
  private final String address;
  private final String session;

  /**
   * Starts one; ends the calling test if there is none.
   *
   * @param width of the page in CSS pixels
   * @param directory for what the browser keeps, empty
   */
  public Browser(int width, Path directory) throws IOException {
    Requirements.program("chromedriver", "chromium chromium-driver");
    int port = freePort();
    address = "http://127.0.0.1:" + port;
    driver = new ProcessBuilder("chromedriver", "--port=" + port).redirectErrorStream(true)
        .redirectOutput(directory.resolve("chromedriver.log").toFile()).start();
    waitForDriver();
    List<String> flags = new java.util.ArrayList<>(FLAGS);
    flags.add("--user-data-dir=" + directory.resolve("profile"));
    Map<String, Object> metrics = Map.of("width", width, "height", HEIGHT, "pixelRatio", 1, "mobile", false, "touch", false);
    Map<String, Object> capabilities = Map.of("goog:loggingPrefs", Map.of("browser", "ALL"), "goog:chromeOptions",
        Map.of("args", flags, "mobileEmulation", Map.of("deviceMetrics", metrics)));
    session = post("/session", Map.of("capabilities", Map.of("alwaysMatch", capabilities))).getAsJsonObject()
        .get("sessionId").getAsString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void waitForDriver() throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        if (send(HttpRequest.newBuilder(URI.create(address + "/status")).GET()).getAsJsonObject().get("ready").getAsBoolean()) {
          return;
        }
      } catch (IOException e) {
        if (System.nanoTime() > end || !driver.isAlive()) {
          throw e;
        }
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonElement post(String path, Object body) throws IOException {
    return send(HttpRequest.newBuilder(URI.create(address + path)).header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofString(new Gson().toJson(body))));
  }

  private JsonElement send(HttpRequest.Builder request) throws IOException {
    try {
      HttpResponse<String> response = client.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
      JsonObject answer = JsonParser.parseString(response.body()).getAsJsonObject();
      if (response.statusCode() / 100 != 2) {
        throw new AssertionError("the browser answers: " + answer);
      }
      return answer.get("value");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonElement command(String name, Object body) throws IOException {
    return post("/session/" + session + "/" + name, body);
  }

  /** Opens a page, and waits until it is there. */
  public void open(Path page) throws IOException {
    command("url", Map.of("url", page.toUri().toString()));
  }

  /** Says whether users prefer dark pages. */
  public void setDark(boolean dark) throws IOException {
    command("goog/cdp/execute", Map.of("cmd", "Emulation.setEmulatedMedia", "params",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light")))));
  }

  /** What a JavaScript expression is on the page. */
  public JsonElement evaluate(String expression) throws IOException {
    return command("execute/sync", Map.of("script", "return " + expression, "args", List.of()));
  }

  /** The same for a text. */
  public String text(String expression) throws IOException {
    return evaluate(expression).getAsString();
  }

  /** The same for a number. */
  public int number(String expression) throws IOException {
    return evaluate(expression).getAsInt();
  }

  private String find(String selector) throws IOException {
    return command("element", Map.of("using", "css selector", "value", selector)).getAsJsonObject().entrySet().iterator().next()
        .getValue().getAsString();
  }

  /** Clicks the first element that a CSS selector finds, as a user does: it must be visible and nothing may cover it. */
  public void click(String selector) throws IOException {
    command("element/" + find(selector) + "/click", Map.of());
  }

  /** Types into the first element that a CSS selector finds, in place of what is there. */
  public void type(String selector, String text) throws IOException {
    String element = find(selector);
    command("element/" + element + "/clear", Map.of());
    command("element/" + element + "/value", Map.of("text", text));
  }

  /** What the console of the page has been told since the last call: errors, warnings, and what could not be loaded. */
  public List<String> console() throws IOException {
    return StreamSupport.stream(command("se/log", Map.of("type", "browser")).getAsJsonArray().spliterator(), false)
        .map(entry -> entry.getAsJsonObject().get("message").getAsString()).toList();
  }

  /** How much wider than the window the page is, in CSS pixels; 0 unless users have to move it sideways. */
  public int overflow() throws IOException {
    return number("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - window.innerWidth");
  }

  /** Photographs the whole page as a PNG file. */
  public void photograph(Path file) throws IOException {
    JsonElement picture = command("goog/cdp/execute", Map.of("cmd", "Page.captureScreenshot", "params",
        Map.of("format", "png", "captureBeyondViewport", true)));
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(file, Base64.getDecoder().decode(picture.getAsJsonObject().get("data").getAsString()));
  }

  @Override
  public void close() throws IOException {
    try {
      send(HttpRequest.newBuilder(URI.create(address + "/session/" + session)).DELETE());
    } finally {
      driver.destroy();
    }
  }
}
