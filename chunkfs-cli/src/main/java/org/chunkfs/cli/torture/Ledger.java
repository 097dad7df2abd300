package org.chunkfs.cli.torture;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What one worker's files must be: the effects of all that was acknowledged to it. */
final class Ledger {
  private final long seed;
  private final int worker;
  private final TreeMap<String, byte[]> files = new TreeMap<>();
  private long done;

  /**
   * @param done deeds done before
   * @param found the files as they left them
   */
  Ledger(long seed, int worker, long done, Map<String, byte[]> found) {
    this.seed = seed;
    this.worker = worker;
    this.done = done;
    files.putAll(found);
  }

  /** Deeds that are in it. */
  long done() {
    return done;
  }

  /** The deed that comes next. */
  Deed next() {
    return Deed.of(seed, worker, done);
  }

  /** The next deed was acknowledged. */
  void acknowledged() {
    apply(next());
    done++;
  }

  private void apply(Deed deed) {
    switch (deed.kind()) {
      case PUT -> files.put(deed.path(), deed.bytes());
      case APPEND -> files.computeIfPresent(deed.path(), (_, old) -> joined(old, deed.bytes()));
      case UNLINK -> files.remove(deed.path());
      case RENAME -> {
        byte[] moved = files.get(deed.path());
        if (moved != null && !deed.path().equals(deed.to())) {
          files.remove(deed.path());
          files.put(deed.to(), moved);
        }
      }
      case FSYNC -> {}
    }
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** How long a file is, or -1: where the next append goes. */
  int length(String path) {
    byte[] file = files.get(path);
    return file == null ? -1 : file.length;
  }

  /**
   * Compares with what was found after a death: either what was acknowledged, or that and the next
   * deed, or of an append a part. What was found then counts: the ledger goes on from there.
   *
   * @return what is wrong, or null
   */
  @Nullable String settle(Map<String, byte[]> found) {
    String first = difference(found);
    if (first == null) {
      return null;
    }
    Deed deed = next();
    TreeMap<String, byte[]> before = new TreeMap<>(files);
    apply(deed);
    if (difference(found) == null) {
      done++;
      return null;
    }
    byte[] old = before.get(deed.path());
    byte[] now = found.get(deed.path());
    if (deed.kind() == Deed.Kind.APPEND && old != null && now != null && now.length > old.length) {
      byte[] most = joined(old, deed.bytes());
      files.put(deed.path(), Arrays.copyOf(most, Math.min(now.length, most.length)));
      if (difference(found) == null) {
        done++;
        return null;
      }
    }
    files.clear();
    files.putAll(before);
    return "worker %d after %d deeds, with %s under way: %s".formatted(worker, done, deed, first);
  }

  private @Nullable String difference(Map<String, byte[]> found) {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] is = found.get(file.getKey());
      if (is == null) {
        return file.getKey() + " is missing";
      }
      if (!Arrays.equals(is, file.getValue())) {
        return "%s has %d bytes that are not the %d it must have"
            .formatted(file.getKey(), is.length, file.getValue().length);
      }
    }
    for (String path : found.keySet()) {
      if (!files.containsKey(path)) {
        return path + " must not be there";
      }
    }
    return null;
  }
}
