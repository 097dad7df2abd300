package org.chunkfs.cli.tree;

import java.util.function.Consumer;

/** What could not be taken along, told as it happens and counted. */
public final class Notes {
  private static final int MOST = 20;

  private final Consumer<String> out;
  private int count;

  public Notes(Consumer<String> out) {
    this.out = out;
  }

  /** One thing that is left out, as a sentence. */
  public void leftOut(String sentence) {
    count++;
    if (count <= MOST) {
      out.accept(sentence);
    } else if (count == MOST + 1) {
      out.accept("More was left out, which is not listed.");
    }
  }

  public int count() {
    return count;
  }
}
