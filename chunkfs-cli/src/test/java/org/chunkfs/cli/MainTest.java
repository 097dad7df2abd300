package org.chunkfs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.chunkfs.core.Version;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(args);
  }

  @Test
  void versionNamesTheRelease() {
    assertThat(run("--version")).isZero();
    assertThat(out).hasToString("chunkfs " + Version.current() + System.lineSeparator());
  }

  @Test
  void helpIsNotAnError() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Usage: chunkfs");
  }

  @Test
  void noCommandIsAUsageError() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Which command?");
  }

  @Test
  void aCommandThatIsNamedIsTheSameWithoutTheOthers() {
    CommandLine all = Main.commandLine();
    assertThat(all.getSubcommands().keySet()).containsExactlyElementsOf(Main.COMMANDS);
    for (String name : Main.COMMANDS) {
      CommandLine alone = Main.commandLine(new String[] {name, "--help"});
      assertThat(alone.getSubcommands().keySet()).containsExactly(name);
      assertThat(alone.getSubcommands().get(name).getUsageMessage())
          .isEqualTo(all.getSubcommands().get(name).getUsageMessage());
    }
    assertThat(Main.commandLine(new String[] {"fcsk"}).getSubcommands()).hasSize(20);
  }

  @Test
  void theNameOfALinkStandsForItsCommand() {
    String[] args = {"--force", "image"};
    assertThat(Main.withCommandOf("chunkfs", args)).containsExactly("--force", "image");
    assertThat(Main.withCommandOf("mkfs.chunkfs", args))
        .containsExactly("mkfs", "--force", "image");
    assertThat(Main.withCommandOf("mount.fuse.chunkfs", args))
        .containsExactly("mount", "--force", "image");
  }
}
