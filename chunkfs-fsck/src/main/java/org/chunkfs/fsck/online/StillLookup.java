package org.chunkfs.fsck.online;

import java.io.IOException;
import java.util.Set;
import java.util.function.IntPredicate;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.volume.Volume;
import org.chunkfs.fsck.check.Again;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.ChunkFacts.Ident;
import org.chunkfs.fsck.check.ChunkFacts.Parent;
import org.chunkfs.fsck.check.Crossings;
import org.jspecify.annotations.Nullable;

/** Looks things up in chunks that serve, each at a moment of its own. */
final class StillLookup implements ChunkFacts.Again {
  private final Volume volume;
  private final Looker looker;

  StillLookup(Volume volume, Looker looker) {
    this.volume = volume;
    this.looker = looker;
  }

  @Override
  public @Nullable Ident inode(long ino) {
    return ask(Ino.chunk(ino), again -> again.inode(ino));
  }

  @Override
  public @Nullable Parent parent(long ino) {
    return ask(Ino.chunk(ino), again -> again.parent(ino));
  }

  @Override
  public @Nullable Crossings crossings(int chunk, IntPredicate targets) {
    return ask(chunk, again -> again.crossings(chunk, targets));
  }

  @Override
  public void forget() {
    // Nothing is remembered.
  }

  private interface Question<T> {
    @Nullable T put(Again again);
  }

  private <T> @Nullable T ask(int chunk, Question<T> question) {
    try {
      return looker.<@Nullable T>together(
          Set.of(chunk), (media, keep) -> question.put(new Again(media, volume.layout(), keep)));
    } catch (IOException e) {
      return null; // out of service: it cannot be asked
    }
  }
}
