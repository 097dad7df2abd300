package org.chunkfs.cli.demo;

/** Colours on a terminal, plain text elsewhere. */
public final class Paint {
  private final boolean colours;

  Paint(boolean colours) {
    this.colours = colours;
  }

  /** Colours where standard output is a terminal and the user has not declined them. */
  public static Paint forTerminal() {
    java.io.Console console = System.console();
    return new Paint(console != null && console.isTerminal() && System.getenv("NO_COLOR") == null);
  }

  /** Whether it uses colours. */
  public boolean colours() {
    return colours;
  }

  String good(String text) {
    return in(32, text);
  }

  String bad(String text) {
    return in(31, text);
  }

  String busy(String text) {
    return in(33, text);
  }

  String strong(String text) {
    return in(1, text);
  }

  String faint(String text) {
    return in(2, text);
  }

  private String in(int code, String text) {
    return colours ? "\033[" + code + "m" + text + "\033[0m" : text;
  }
}
