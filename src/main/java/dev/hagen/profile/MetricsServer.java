package dev.hagen.profile;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.hagen.cpu.Counters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** Serves a machine's counters to whoever collects them: {@code /metrics} as {@link OpenMetrics}, and {@code /healthz}. */
public final class MetricsServer implements AutoCloseable {
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;
  private static final String PLAIN = "text/plain; charset=utf-8";

  private final HttpServer server;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

  private MetricsServer(HttpServer server) {
    this.server = server;
    server.setExecutor(executor);
  }

  /**
   * Starts to serve.
   *
   * @param address where; port 0 is any that is free
   * @param processors the counters of each, by number
   * @throws IOException if the address is not to be had, as the message says
   */
  public static MetricsServer start(InetSocketAddress address, List<Counters> processors) throws IOException {
    MetricsServer started = new MetricsServer(HttpServer.create(address, 0));
    started.serve("/metrics", OpenMetrics.CONTENT_TYPE, () -> OpenMetrics.text(processors));
    started.serve("/healthz", PLAIN, () -> "ok\n");
    started.server.start();
    return started;
  }

  /** Where it serves. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  private void serve(String path, String type, Supplier<String> content) {
    server.createContext(path, exchange -> {
      try (exchange) {
        if (!exchange.getRequestURI().getPath().equals(path)) {
          answer(exchange, NOT_FOUND, PLAIN, "There is /metrics and /healthz.\n");
        } else if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
          exchange.getResponseHeaders().set("Allow", "GET, HEAD");
          answer(exchange, NOT_ALLOWED, PLAIN, "Only GET and HEAD.\n");
        } else {
          answer(exchange, OK, type, content.get());
        }
      }
    });
  }

  private static void answer(HttpExchange exchange, int status, String type, String content) throws IOException {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(bytes.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
