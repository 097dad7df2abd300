package org.chunkfs.cli.server;

import java.io.BufferedReader;
import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.chunkfs.cli.fuse.FuseMount;
import org.chunkfs.cli.fuse.Libc;
import org.chunkfs.cli.fuse.MountPoint;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Starts the daemon of a mount in the background. The process that the user started runs this
 * program once more and reads one line from it: {@code {"ready":true}}, or {@code {"error":"a
 * sentence","exit":1}}. Until then both belong to the user's terminal, so that one interrupt ends
 * both; with the line the daemon leaves for a session of its own.
 */
public final class DaemonLauncher {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int LOG_TAIL = 20;

  private DaemonLauncher() {}

  /**
   * The daemon did not start; the message is its own, and {@code exit} what the program should
   * return.
   */
  public static final class LaunchException extends IOException {
    private static final long serialVersionUID = 1L;
    private final int exit;

    LaunchException(String message, int exit) {
      super(message);
      this.exit = exit;
    }

    public int exit() {
      return exit;
    }
  }

  /**
   * Runs {@code chunkfs mount} with {@code arguments} as a daemon, and returns when its mount
   * answers.
   *
   * @param directory the mount point, which is also the last of the arguments
   * @param arguments without the subcommand's name; paths in them are absolute
   */
  public static void start(Path directory, List<String> arguments) throws IOException {
    // Before the log of a daemon that serves there already is touched.
    MountPoint point = FuseMount.prepare(directory);
    Path log = ControlSocket.log(point);
    List<String> command = new ArrayList<>(SelfProgram.command("mount"));
    command.addAll(arguments);
    Process daemon =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectInput(new File("/dev/null"))
            .redirectError(log.toFile())
            .start();
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(daemon.getInputStream(), StandardCharsets.UTF_8))) {
      String line = said.readLine();
      if (line == null) {
        throw died(daemon, log);
      }
      JsonNode report = JSON.readTree(line);
      if (report.has("error")) {
        ControlSocket.discardEmptyLog(point);
        throw new LaunchException(report.get("error").asString(), report.path("exit").asInt(1));
      }
    } catch (JacksonException e) {
      daemon.destroyForcibly();
      throw new LaunchException(
          "The server of the mount said something strange; see " + log + ".", 1);
    }
  }

  private static LaunchException died(Process daemon, Path log) throws IOException {
    try {
      int exit = daemon.waitFor();
      List<String> lines = Files.readAllLines(log);
      String tail =
          String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_TAIL), lines.size()));
      return new LaunchException(
          "The server of the mount ended with code %d before the mount answered.%s"
              .formatted(exit, tail.isEmpty() ? "" : " Its last words:\n" + tail),
          1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new LaunchException("Interrupted.", 1);
    }
  }

  /** In the daemon: tells the waiting process that the mount answers, and leaves its terminal. */
  public static void reportReady() {
    Libc.newSession();
    report(JSON.createObjectNode().put("ready", true));
    // The pipe has no reader from now on; what is still printed goes to the log.
    Libc.dup2(2, 1);
  }

  /** In the daemon: tells the waiting process why there is no mount. */
  public static void reportFailure(String message, int exit) {
    report(JSON.createObjectNode().put("error", message).put("exit", exit));
  }

  private static void report(ObjectNode line) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    out.print(JSON.writeValueAsString(line) + "\n");
    out.flush();
  }
}
