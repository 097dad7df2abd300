package org.chunkfs.fsck.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Names whose entry and inode are both in this chunk.
 *
 * <p>Tests: each entry leads to an inode of that generation and type, which has the back pointer;
 * each back pointer has its entry; both carry the same commit. Collects for the passes over all
 * chunks the names with one end elsewhere, and where directories hang. Relies on the inode pass.
 */
final class NamePass {
  private final ChunkContext c;
  private final Map<Long, List<Fact.Back>> backs = new HashMap<>();

  NamePass(ChunkContext context) {
    this.c = context;
  }

  void run() {
    for (Fact.Back back : c.backs) {
      backs.computeIfAbsent(back.inode(), _ -> new ArrayList<>(1)).add(back);
      InodeFact inode = c.inodes.get(back.inode());
      if (inode != null && inode.directory()) {
        c.facts.directories.put(
            back.inode(),
            new ChunkFacts.Parent(back.parent(), back.parentGeneration(), back.name()));
      }
    }
    for (Fact.Dirent entry : c.dirents) {
      if (c.local(entry.target())) {
        entry(entry);
      } else {
        c.facts.dirents.add(entry);
      }
    }
    backs.values().forEach(list -> list.forEach(this::unmatched));
    for (ChunkFacts.Loss loss : c.facts.losses) {
      for (Fact.Back back : c.backs) {
        if (back.inode() == loss.inode()) {
          c.facts.names.put(
              back.inode(),
              new ChunkFacts.Parent(back.parent(), back.parentGeneration(), back.name()));
          break;
        }
      }
    }
  }

  private void entry(Fact.Dirent entry) {
    String name = ItemPass.show(entry.name());
    InodeFact target = c.inodes.get(entry.target());
    String gone =
        target == null
            ? "not there"
            : target.generation != entry.generation()
                ? "of generation " + target.generation + ", not " + entry.generation()
                : target.index() || target.continuation() ? "none that can have a name" : null;
    if (target == null || gone != null) {
      c.findings.inode(
          entry.holder(), Problem.DIRENT_DANGLING, name, Ino.show(entry.target()), gone);
      return;
    }
    target.named = true;
    if (target.type() != entry.type()) {
      c.findings.inode(entry.holder(), Problem.DIRENT_TYPE, name, entry.type(), target.type());
    }
    Fact.Back back = take(entry);
    if (back == null) {
      c.findings.inode(entry.holder(), Problem.DIRENT_NO_BACK, name, Ino.show(entry.target()));
      return;
    }
    InodeFact parent = c.inodes.get(entry.parent());
    if (parent != null && parent.generation != back.parentGeneration()) {
      c.findings.inode(
          entry.target(),
          Problem.BACK_POINTER,
          name,
          "directory of generation %d, expected %d"
              .formatted(back.parentGeneration(), parent.generation));
    }
    if (back.g() != entry.g()) {
      c.findings.inode(
          entry.target(),
          Problem.BACK_G,
          name,
          Long.toHexString(back.g()),
          Long.toHexString(entry.g()));
    }
  }

  private Fact.@Nullable Back take(Fact.Dirent entry) {
    List<Fact.Back> of = backs.getOrDefault(entry.target(), List.of());
    for (int i = 0; i < of.size(); i++) {
      Fact.Back back = of.get(i);
      if (back.parent() == entry.parent() && Arrays.equals(back.name(), entry.name())) {
        of.remove(i);
        return back;
      }
    }
    return null;
  }

  /** A back pointer that no entry in this chunk belongs to. */
  private void unmatched(Fact.Back back) {
    InodeFact parent = c.inodes.get(back.parent());
    if (!c.local(back.parent()) || parent != null && parent.spread()) {
      c.facts.backs.add(back);
      return;
    }
    c.findings.inode(
        back.inode(),
        Problem.BACK_NO_DIRENT,
        ItemPass.show(back.name()),
        Ino.show(back.parent()) + (parent == null ? ", which is not there" : ""));
  }
}
