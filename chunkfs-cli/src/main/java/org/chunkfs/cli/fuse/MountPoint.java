package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A directory as the mount table spells it: absolute, without symbolic links. Only its parent is
 * resolved, so that a mount whose server is dead or hangs can still be named.
 */
public record MountPoint(Path path) {
  private static final long ANSWER_SECONDS = 5;

  /** Whether a mount answers. */
  enum Life {
    ALIVE,
    /** Its server is gone ("Transport endpoint is not connected"). */
    STALE,
    /** No answer for seconds. */
    HANGS
  }

  public static MountPoint of(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    Path name = absolute.getFileName();
    if (parent == null || name == null) {
      return new MountPoint(absolute);
    }
    Path direct;
    try {
      direct = parent.toRealPath().resolve(name);
    } catch (IOException e) {
      throw new MountException("There is no directory " + parent + ".");
    }
    if (MountTable.read().at(direct).isPresent()) {
      return new MountPoint(direct);
    }
    try {
      return new MountPoint(direct.toRealPath());
    } catch (IOException e) {
      return new MountPoint(direct);
    }
  }

  /** The chunkfs that is mounted there, if that is the topmost mount. */
  public Optional<MountTable.Entry> mounted() throws IOException {
    return MountTable.read().at(path).filter(MountTable.Entry::isChunkfs);
  }

  /** Whether what is mounted there has lost its server. */
  public boolean isStale() {
    return life() == Life.STALE;
  }

  /** Asks whatever is mounted there for its statistics, but does not wait long for the answer. */
  Life life() {
    FutureTask<Integer> question = new FutureTask<>(() -> Libc.statfs(path.toString()));
    Thread.ofPlatform().daemon().name("statfs " + path).start(question);
    try {
      int result = question.get(ANSWER_SECONDS, TimeUnit.SECONDS);
      boolean stale = Errno.ENOTCONN.is(result) || Errno.ECONNABORTED.is(result);
      return stale ? Life.STALE : Life.ALIVE;
    } catch (TimeoutException e) {
      return Life.HANGS;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Life.HANGS;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
