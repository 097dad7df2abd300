package org.chunkfs.fsck.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.repair.Inventory;
import org.chunkfs.fsck.repair.Inventory.Name;
import org.chunkfs.fsck.repair.Inventory.Thing;
import org.chunkfs.fsck.report.Loss.What;
import org.jspecify.annotations.Nullable;

/** What is in one inventory and not in a later one. */
public final class Losses {
  /** Of what lies deeper the path is told from there on. */
  private static final int DEEPEST = 1000;

  private static final long BLOCK = BlockHeader.BLOCK;

  private final Inventory before;
  private final Inventory after;
  private final long root;
  private final Set<Name> namesAfter = new HashSet<>();
  private final List<Loss> losses = new ArrayList<>();

  private Losses(Inventory before, Inventory after, long root) {
    this.before = before;
    this.after = after;
    this.root = root;
    after.things().values().forEach(thing -> namesAfter.addAll(thing.names));
  }

  /**
   * Compares.
   *
   * @param root inode number of the root directory
   * @return by inode; nothing if all is where it was
   */
  public static List<Loss> between(Inventory before, Inventory after, long root) {
    Losses all = new Losses(before, after, root);
    before.things().forEach(all::compare);
    return List.copyOf(all.losses);
  }

  private void compare(long ino, Thing was) {
    if (!before.chunks().contains(Ino.chunk(ino))) {
      names(ino, was, after.things().get(ino));
      return;
    }
    Thing is = after.things().get(ino);
    // There is but one root: another generation in its place is damage to its number.
    boolean same = is != null && (ino == root || is.generation == was.generation);
    if (is == null || !is.recorded || !same && was.recorded) {
      gone(ino, was);
      return;
    }
    if (same) {
      names(ino, was, is);
    }
    if (!was.recorded) {
      add(What.ATTRIBUTES, ino, was, "made anew from what names and blocks say of it");
    } else if (!was.verified) {
      add(What.UNVERIFIED_ATTRIBUTES, ino, was, "");
    }
    data(ino, was, is);
    for (String name : was.xattrs) {
      if (!is.xattrs.contains(name)) {
        add(What.XATTR, ino, was, show(name));
      }
    }
    if (was.symlink() && is.size != was.size) {
      add(What.TARGET, ino, was, "%d of %d bytes are left".formatted(is.size, was.size));
    }
  }

  private void gone(long ino, Thing was) {
    if (was.recorded || !was.names.isEmpty() || !was.blocks.isEmpty()) {
      int blocks = was.blocks.size();
      add(
          What.INODE,
          ino,
          was,
          was.recorded
              ? "%d bytes, %d blocks of data".formatted(was.size, blocks)
              : blocks > 0 ? blocks + " blocks of data" : "only its name was left");
    }
  }

  /** Names that lead nowhere now; if none is left it was put somewhere else. */
  private void names(long ino, Thing was, @Nullable Thing is) {
    Set<String> lost = new TreeSet<>();
    for (Name name : was.names) {
      if (!namesAfter.contains(name) && before.chunks().contains(Ino.chunk(name.parent()))) {
        lost.add(path(before, name));
      }
    }
    boolean kept = is == null || is.names.stream().anyMatch(was.names::contains);
    if (!kept && is != null && !is.names.isEmpty() && (!lost.isEmpty() || was.names.isEmpty())) {
      List<String> now = is.names.stream().map(n -> path(after, n)).sorted().toList();
      List<String> from = lost.isEmpty() ? List.of(inode(ino)) : List.copyOf(lost);
      losses.add(new Loss(What.MOVED, ino, from, 0, 0, "now " + String.join(", ", now)));
      return;
    }
    for (String path : lost) {
      losses.add(new Loss(What.NAME, ino, List.of(path), 0, 0, ""));
    }
  }

  private void data(long ino, Thing was, Thing is) {
    TreeSet<Long> lost = new TreeSet<>(was.blocks);
    lost.removeAll(is.blocks);
    TreeSet<Long> doubtful = new TreeSet<>(was.unverified);
    doubtful.retainAll(is.blocks);
    ranges(What.DATA, ino, was, lost);
    ranges(What.UNVERIFIED_DATA, ino, was, doubtful);
  }

  private void ranges(What what, long ino, Thing was, TreeSet<Long> blocks) {
    Thing head = was.head == ino ? was : before.things().get(was.head);
    long size = head == null || head.size <= 0 ? Long.MAX_VALUE : head.size;
    for (long[] run : Inventory.runs(blocks)) {
      long from = run[0] * BLOCK;
      long to = from >= size ? run[1] * BLOCK : Math.min(run[1] * BLOCK, size);
      losses.add(new Loss(what, was.head, paths(was.head, head), from, to - from, ""));
    }
  }

  private void add(What what, long ino, Thing was, String detail) {
    losses.add(new Loss(what, ino, paths(ino, was), 0, 0, detail));
  }

  private List<String> paths(long ino, @Nullable Thing thing) {
    if (ino == root) {
      return List.of("/");
    }
    Set<String> paths = new TreeSet<>();
    if (thing != null) {
      thing.names.forEach(name -> paths.add(path(before, name)));
    }
    if (paths.isEmpty()) {
      paths.add(inode(ino));
    }
    return List.copyOf(paths);
  }

  private String path(Inventory of, Name name) {
    StringBuilder path = new StringBuilder("/" + show(name.raw()));
    Set<Long> above = new HashSet<>();
    long at = name.parent();
    while (at != root) {
      Name up = of.directory(at);
      boolean circle = !above.add(at);
      if (up == null || circle || above.size() > DEEPEST) {
        return inode(at) + path;
      }
      path.insert(0, "/" + show(up.raw()));
      at = up.parent();
    }
    return path.toString();
  }

  private static String inode(long ino) {
    return "(inode " + Ino.show(ino) + ")";
  }

  private static String show(String raw) {
    return new String(raw.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** File content that a check found damaged and nobody has repaired. */
  public static List<Loss> damaged(String path, long inode, TreeSet<Long> blocks) {
    List<Loss> losses = new ArrayList<>();
    for (long[] run : Inventory.runs(blocks)) {
      losses.add(
          new Loss(What.DATA, inode, List.of(path), run[0] * BLOCK, (run[1] - run[0]) * BLOCK, ""));
    }
    return losses;
  }

  /** Chunks whose names and files a repair of those that have problems can reach. */
  public static Set<Integer> reach(Set<Integer> damaged, Map<Integer, Set<Integer>> neighbours) {
    Set<Integer> all = new TreeSet<>(damaged);
    neighbours.forEach((chunk, others) -> {
      if (damaged.contains(chunk)) {
        all.addAll(others);
      } else if (others.stream().anyMatch(damaged::contains)) {
        all.add(chunk);
      }
    });
    return all;
  }
}
