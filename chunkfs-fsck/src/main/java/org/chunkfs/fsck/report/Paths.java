package org.chunkfs.fsck.report;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.check.ChunkFacts;
import org.jspecify.annotations.Nullable;

/** Finds the paths of inodes by the back pointers of directories. */
public final class Paths {
  /** Of what lies deeper the path is told from there on. */
  private static final int DEEPEST = 1000;

  private final Map<Integer, ChunkFacts> facts;
  private final long root;

  public Paths(Map<Integer, ChunkFacts> facts, long root) {
    this.facts = facts;
    this.root = root;
  }

  /** The path of an inode of which one name is known, from the root if it leads there. */
  public String of(long inode) {
    ChunkFacts home = facts.get(Ino.chunk(inode));
    ChunkFacts.Parent name =
        home == null
            ? null
            : home.names().containsKey(inode) ? home.names().get(inode) : home.directory(inode);
    StringBuilder path = new StringBuilder();
    long at = inode;
    Set<Long> above = new HashSet<>();
    while (at != root && name != null && above.add(at) && above.size() <= DEEPEST) {
      path.insert(0, "/" + new String(name.name(), StandardCharsets.UTF_8));
      at = name.parent();
      name = directory(at);
    }
    if (at == root) {
      return path.isEmpty() ? "/" : path.toString();
    }
    return "(inode " + Ino.show(at) + ")" + path;
  }

  private ChunkFacts.@Nullable Parent directory(long ino) {
    ChunkFacts home = facts.get(Ino.chunk(ino));
    return home == null ? null : home.directory(ino);
  }
}
