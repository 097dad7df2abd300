package org.chunkfs.fsck.check;

import java.util.Arrays;
import java.util.List;
import org.chunkfs.core.format.Ino;
import org.chunkfs.fsck.problem.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Names whose entry and inode are both in this chunk.
 *
 * <p>Tests: each entry leads to an inode of that generation and type, which has the back pointer;
 * each back pointer has its entry; both carry the same commit. Collects for the passes over all
 * chunks the names with one end elsewhere. Relies on the inode pass.
 */
final class NamePass {
  private final ChunkContext c;

  NamePass(ChunkContext context) {
    this.c = context;
  }

  void run() {
    for (Fact.Dirent entry : c.dirents) {
      if (c.local(entry.target())) {
        entry(entry);
      } else {
        c.facts.kept().add(entry);
      }
    }
    c.inodes.forEach(inode -> inode.unmatched.forEach(back -> unmatched(inode, back)));
    for (ChunkFacts.Loss loss : c.facts.losses) {
      InodeFact inode = c.inodes.get(loss.inode());
      if (inode != null && inode.name != null) {
        c.facts.names.put(inode.ino, ChunkFacts.Parent.of(inode.name));
      }
    }
    for (Fact.In in : c.facts.kept().ins) {
      c.facts.kept().remember(c.inodes.get(in.target()));
    }
  }

  private void entry(Fact.Dirent entry) {
    InodeFact target = c.inodes.get(entry.target());
    String gone =
        target == null
            ? "not there"
            : target.generation != entry.generation()
                ? "of generation " + target.generation + ", not " + entry.generation()
                : target.index() || target.continuation() ? "none that can have a name" : null;
    if (target == null || gone != null) {
      c.findings.inode(
          entry.holder(), Problem.DIRENT_DANGLING, name(entry), Ino.show(entry.target()), gone);
      return;
    }
    target.named = true;
    if (target.type() != entry.type()) {
      c.findings.inode(
          entry.holder(), Problem.DIRENT_TYPE, name(entry), entry.type(), target.type());
    }
    Fact.Back back = take(target, entry);
    if (back == null) {
      c.findings.inode(
          entry.holder(), Problem.DIRENT_NO_BACK, name(entry), Ino.show(entry.target()));
      return;
    }
    InodeFact holder = c.inodes.get(entry.holder());
    if (holder != null && holder.entriesGeneration() != back.parentGeneration()) {
      c.findings.inode(
          entry.target(),
          Problem.BACK_POINTER,
          name(entry),
          "directory of generation %d, expected %d"
              .formatted(back.parentGeneration(), holder.entriesGeneration()));
    }
    if (back.g() != entry.g()) {
      c.findings.inode(
          entry.target(),
          Problem.BACK_G,
          name(entry),
          Long.toHexString(back.g()),
          Long.toHexString(entry.g()));
    }
  }

  private static String name(Fact.Dirent entry) {
    return ItemPass.show(entry.name());
  }

  private static Fact.@Nullable Back take(InodeFact target, Fact.Dirent entry) {
    List<Fact.Back> of = target.unmatched;
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
  private void unmatched(InodeFact inode, Fact.Back back) {
    InodeFact parent = c.inodes.get(back.parent());
    if (!c.local(back.parent()) || parent != null && parent.spread()) {
      c.facts.kept().add(back, inode.type());
      return;
    }
    c.findings.inode(
        back.inode(),
        Problem.BACK_NO_DIRENT,
        ItemPass.show(back.name()),
        Ino.show(back.parent()) + (parent == null ? ", which is not there" : ""));
  }
}
