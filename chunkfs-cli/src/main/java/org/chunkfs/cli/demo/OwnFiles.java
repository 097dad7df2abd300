package org.chunkfs.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The files that one writer makes, extends, renames and removes in one directory, and what has been
 * acknowledged of that. For one thread at a time.
 *
 * <p>Invariant: {@link #files} is what the image must hold; only what {@link #pending} is about may
 * be as before or as after it.
 */
final class OwnFiles {
  private static final int MOST = 24;
  private static final int FEW = 4;
  private static final int STEP = 16_000;
  private static final int LONGEST = 96_000;

  /** A file with the first {@code length} bytes of the content of {@code seed}. */
  private record Own(String path, long seed, int length) {}

  /** A change that has not been acknowledged: null stands for no file. */
  private record Pending(@Nullable Own before, @Nullable Own after) {}

  private final String directory;
  private final SplittableRandom random;
  private final List<Own> files = new ArrayList<>();
  private @Nullable Pending pending;
  private long acknowledged;
  private int names;

  OwnFiles(String directory, String prefix, SplittableRandom random) {
    this.directory = directory + "/" + prefix;
    this.random = random;
  }

  /** Changes that have been acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /**
   * Does one thing.
   *
   * @return what is wrong with the bytes that were read, or null
   */
  @Nullable String step(Share share) throws IOException {
    String left = settle(share);
    if (left != null) {
      return left;
    }
    int dice = random.nextInt(10);
    if (files.size() < FEW || (dice < 3 && files.size() < MOST)) {
      create(share);
      return null;
    }
    int at = random.nextInt(files.size());
    Own file = files.get(at);
    if (dice < 5 && file.length + STEP <= LONGEST) {
      append(share, at, file);
    } else if (dice < 6) {
      rename(share, at, file);
    } else if (dice < 8) {
      delete(share, at, file);
    } else {
      return matches(file, share.read(file.path)) ? null : file.path + ": " + "wrong content";
    }
    return null;
  }

  private void create(Share share) throws IOException {
    Own made = new Own(name(), random.nextLong(), 1 + random.nextInt(STEP));
    pending = new Pending(null, made);
    share.create(made.path, Content.of(made.seed, 0, made.length));
    files.add(made);
    acknowledge();
  }

  private void append(Share share, int at, Own file) throws IOException {
    Own longer = new Own(file.path, file.seed, file.length + 1 + random.nextInt(STEP));
    pending = new Pending(file, longer);
    share.append(file.path, file.length, Content.of(file.seed, file.length, longer.length));
    files.set(at, longer);
    acknowledge();
  }

  private void rename(Share share, int at, Own file) throws IOException {
    Own renamed = new Own(name(), file.seed, file.length);
    pending = new Pending(file, renamed);
    share.rename(file.path, renamed.path);
    files.set(at, renamed);
    acknowledge();
  }

  private void delete(Share share, int at, Own file) throws IOException {
    pending = new Pending(file, null);
    share.delete(file.path);
    files.remove(at);
    acknowledge();
  }

  private String name() {
    return directory + names++;
  }

  private void acknowledge() {
    pending = null;
    acknowledged++;
  }

  private static boolean matches(Own file, byte[] bytes) {
    return bytes.length == file.length && Content.begins(file.seed, bytes);
  }

  /**
   * Compares the image with what was acknowledged, and finds out what became of the change that was
   * not.
   *
   * @param complaints gets a sentence for everything that is missing or wrong
   * @return how many files were looked at
   */
  int verify(Share share, List<String> complaints) {
    try {
      String left = settle(share);
      if (left != null) {
        complaints.add(left);
      }
    } catch (IOException e) {
      complaints.add("what became of the last change cannot be seen: " + e.getMessage());
    }
    for (Own file : files) {
      try {
        if (!matches(file, share.read(file.path))) {
          complaints.add(file.path + " does not hold what was written");
        }
      } catch (IOException e) {
        complaints.add(file.path + " was acknowledged and cannot be read: " + e.getMessage());
      }
    }
    return files.size();
  }

  /**
   * Finds out what became of a change that was never acknowledged: it happened or not, and nothing
   * else did. Returns what is wrong with that, or null.
   */
  private @Nullable String settle(Share share) throws IOException {
    Pending open = pending;
    if (open == null) {
      return null;
    }
    Own before = open.before;
    Own after = open.after;
    boolean old = before != null && share.exists(before.path);
    boolean now = after != null && share.exists(after.path);
    boolean renamed = before != null && after != null && !before.path.equals(after.path);
    String wrong = null;
    if (renamed && old == now) {
      wrong = "a rename left " + (old ? "both names" : "neither name") + ": " + open;
    }
    Own found = now ? after : old ? before : null;
    Own settled = null;
    if (found != null) {
      byte[] bytes = share.read(found.path);
      int least = before == null ? 0 : before.length;
      int most = after == null ? least : after.length;
      if (bytes.length < least || bytes.length > most || !Content.begins(found.seed, bytes)) {
        wrong = found.path + " was being changed, and is neither as before nor as after";
      }
      settled = new Own(found.path, found.seed, bytes.length);
    }
    pending = null;
    if (before != null) {
      files.remove(before);
    }
    if (settled != null) {
      files.add(settled);
    }
    return wrong;
  }
}
