package org.chunkfs.cli.scratch;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.chunkfs.cli.output.Sentence;

/**
 * What must be undone when a command ends, in whatever way: done in reverse order, once; also when
 * the process is asked to end.
 */
public final class Cleanup implements AutoCloseable {
  /** One thing to undo. */
  @FunctionalInterface
  public interface Undo {
    void run() throws IOException;
  }

  private final Deque<Undo> undos = new ArrayDeque<>();
  private final Thread hook = new Thread(this::undo, "cleanup");
  private final Consumer<String> complaints;
  private boolean over;

  /**
   * @param complaints gets a sentence for everything that cannot be undone
   */
  public Cleanup(Consumer<String> complaints) {
    this.complaints = complaints;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Notes what is to be undone; when all is over already, it is undone at once. */
  public synchronized void later(Undo undo) throws IOException {
    if (over) {
      undo.run();
      throw new IOException("Interrupted.");
    }
    undos.push(undo);
  }

  /** Undoes everything. */
  @Override
  public void close() {
    undo();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // It is what runs us.
    }
  }

  private synchronized void undo() {
    over = true;
    while (!undos.isEmpty()) {
      try {
        undos.pop().run();
      } catch (IOException e) {
        complaints.accept(Sentence.of(e));
      }
    }
  }
}
