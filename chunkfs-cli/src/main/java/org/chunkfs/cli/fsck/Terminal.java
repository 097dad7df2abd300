package org.chunkfs.cli.fsck;

import java.io.Console;
import org.jspecify.annotations.Nullable;

/** Where questions are asked. */
public interface Terminal {
  /** Whether there is somebody to ask. */
  boolean present();

  /**
   * Shows a question and reads the answer.
   *
   * @return the line, or null at the end of the input
   */
  @Nullable String ask(String question);

  /** The terminal that the program runs on. */
  static Terminal ofProcess() {
    Console console = System.console();
    return new Terminal() {
      @Override
      public boolean present() {
        return console != null && console.isTerminal();
      }

      @Override
      public @Nullable String ask(String question) {
        return console == null ? null : console.readLine("%s", question);
      }
    };
  }
}
