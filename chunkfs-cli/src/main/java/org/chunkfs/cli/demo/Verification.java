package org.chunkfs.cli.demo;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.chunkfs.cli.output.Sentence;

/** Reads every file once more and compares its hash, by several threads. */
final class Verification {
  private final List<DemoFile> files;
  private final Set<Long> hit;
  private final AtomicInteger whole = new AtomicInteger();
  private final AtomicInteger hitWhole = new AtomicInteger();
  private final AtomicInteger hitLost = new AtomicInteger();
  private final Queue<String> bad = new ConcurrentLinkedQueue<>();

  /**
   * @param hit numbers of the inodes whose own records were overwritten: these files may be gone,
   *     but what is left of them may not be wrong
   */
  Verification(List<DemoFile> files, Set<Long> hit) {
    this.files = List.copyOf(files);
    this.hit = hit;
  }

  void run(Share share, int threads) throws IOException {
    AtomicInteger next = new AtomicInteger();
    Crew crew = new Crew("verify");
    for (int i = 0; i < threads; i++) {
      crew.start(() -> {
        int at;
        while ((at = next.getAndIncrement()) < files.size()) {
          look(share, files.get(at));
        }
      });
    }
    crew.join();
  }

  private void look(Share share, DemoFile file) {
    boolean wasHit = hit.contains(file.ino());
    try {
      byte[] content = share.read(file.path());
      if (Arrays.equals(Sha256.of(content), file.sha256())) {
        (wasHit ? hitWhole : whole).incrementAndGet();
        return;
      }
      if (!wasHit) {
        bad.add(file.path() + " has another SHA-256 than was written");
        return;
      }
    } catch (IOException e) {
      if (!wasHit) {
        bad.add(file.path() + " cannot be read: " + Sentence.of(e));
        return;
      }
    }
    hitLost.incrementAndGet();
  }

  /** Files that are as they were written, apart from those that were hit. */
  int whole() {
    return whole.get();
  }

  /** Files whose inode was overwritten and that are whole all the same. */
  int hitWhole() {
    return hitWhole.get();
  }

  /** Files whose inode was overwritten and that are not. */
  int hitLost() {
    return hitLost.get();
  }

  /** Files that are not what they should be, and no reason for it. */
  List<String> bad() {
    return List.copyOf(bad);
  }
}
