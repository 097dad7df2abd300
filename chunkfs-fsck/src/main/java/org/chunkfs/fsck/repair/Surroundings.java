package org.chunkfs.fsck.repair;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.InodeRecord;
import org.chunkfs.core.format.ItemType;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.journal.RingRecord;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.fsck.check.ChunkCheck;
import org.chunkfs.fsck.check.ChunkFacts;
import org.chunkfs.fsck.check.Crossings;
import org.chunkfs.fsck.check.Related;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.scan.BlockTable;
import org.chunkfs.fsck.scan.ChunkReader;
import org.chunkfs.fsck.scan.ChunkScan;
import org.chunkfs.fsck.scan.Item;
import org.chunkfs.fsck.scan.Keep;
import org.chunkfs.fsck.scan.MetaBlocks;
import org.chunkfs.fsck.scan.TreeReader;
import org.jspecify.annotations.Nullable;

/**
 * What the other chunks know of one that is out of service, while they serve.
 *
 * <p>They change, but nothing in them that concerns that chunk does: each such change would be a
 * commit of both. A chunk whose checkpoint gets in the way of reading it is read again. Of chunks
 * that have nothing to do with the one in question only the index of references is read; not even
 * that if the references of the one in question are all there.
 */
final class Surroundings {
  /** How often a chunk is read that does not make sense, since it changes meanwhile. */
  private static final int TRIES = 100;

  private static final long PAUSE_NANOS = 5_000_000;

  private final Image image;
  private final int chunk;
  private final Keep keep;

  /** Of each chunk; unknown for those that cannot be asked, or were not. */
  final Map<Integer, ChunkFacts> facts = new HashMap<>();

  /** The neighbours; their models are never written. */
  final TreeMap<Integer, ChunkModel> models = new TreeMap<>();

  /** Chunks that may have something to do with it, and cannot be asked. */
  final Set<Integer> unknown = new TreeSet<>();

  private long lastNaming;

  private Surroundings(Image image, int chunk, Keep keep) {
    this.image = image;
    this.chunk = chunk;
    this.keep = keep;
  }

  /**
   * Reads them.
   *
   * @param own what the chunk itself says
   * @param referenced the chunks that its own references lead to, if they are all there: then no
   *     other one has anything to do with it; null: any may have
   */
  static Surroundings of(
      Image image, int chunk, Keep keep, ChunkFacts own, @Nullable Set<Integer> referenced) {
    Surroundings all = new Surroundings(image, chunk, keep);
    Set<Integer> neighbours = own.neighbours();
    for (int other = 0; other < image.layout().chunks(); other++) {
      all.facts.put(other, ChunkFacts.unknown(other));
      boolean concerned =
          referenced == null || referenced.contains(other) || neighbours.contains(other);
      if (other != chunk && concerned) {
        all.look(other, neighbours.contains(other));
      }
    }
    all.parts(own);
    all.facts.put(chunk, own);
    return all;
  }

  /**
   * Looks at the parts of directories that names of the chunk are in, if only the heads were, and
   * at the other parts of what it has parts of.
   */
  private void parts(ChunkFacts own) {
    Set<Long> heads = new HashSet<>();
    own.backs().forEach(back -> heads.add(back.parent()));
    own.parts().forEach(part -> heads.add(part.head()));
    Set<Integer> left = Related.parts(facts.values(), heads);
    left.removeAll(models.keySet());
    left.removeAll(unknown);
    left.remove(chunk);
    left.forEach(part -> look(part, false));
  }

  /** The largest commit that another chunk holds and that this one takes part in; 0: none. */
  long lastNaming() {
    return lastNaming;
  }

  private void look(int other, boolean neighbour) {
    ChunkReader reader = new ChunkReader(image.device(), image.layout(), other);
    for (int i = 0; reader.present() && i < TRIES; i++) {
      if (i > 0) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      Findings findings = new Findings(other);
      ChunkScan scan = ChunkScan.open(reader, keep, findings);
      if (findings.anyWrong() || scan.headers().current() < 0) {
        continue;
      }
      BlockTable table = scan.table();
      MetaBlocks blocks = scan.blocks();
      if (table == null || blocks == null || table.blank()) {
        return;
      }
      boolean mentions = neighbour || mentions(scan, table, blocks);
      if (!mentions && !findings.anyWrong()) {
        return;
      }
      ChunkFacts of = ChunkCheck.run(scan, false, Crossings.with(other, chunk));
      if (!findings.anyWrong()) {
        Set<Long> named = named(scan, table, blocks);
        ChunkModel model =
            ChunkModel.load(
                scan,
                table,
                blocks,
                new ArrayList<>(),
                inode -> named.contains(inode.ino) || !isFile(inode));
        blocks.forget();
        of.ask(new ModelLookup(model));
        facts.put(other, of);
        models.put(other, model);
        naming(scan.kept());
        return;
      }
    }
    unknown.add(other);
  }

  /**
   * The inodes of a sound chunk that hang in the chunk in question too. Other files have nothing to
   * do with it, and are left out, so that many neighbours find room in a server's memory.
   */
  private Set<Long> named(ChunkScan scan, BlockTable table, MetaBlocks blocks) {
    Set<Long> named = new HashSet<>();
    references(
        scan,
        table,
        blocks,
        ChunkGeometry.XREFS_IN,
        item -> {
          boolean name = item.kind() == ItemType.XREF_IN;
          if (name && Items.XrefIn.CHUNK.get(item.value(), 0) == chunk) {
            named.add(Items.XrefIn.TARGET.get(item.value(), 0));
          }
        });
    return named;
  }

  private static boolean isFile(InodeModel inode) {
    return !inode.index() && !inode.directory() && !inode.continuation() && !inode.spread();
  }

  private void naming(RingScanner.@Nullable Scan kept) {
    if (kept != null) {
      for (RingRecord record : kept.records()) {
        for (int participant : record.participants()) {
          lastNaming = participant == chunk ? Math.max(lastNaming, record.g()) : lastNaming;
        }
      }
    }
  }

  /** Whether a chunk's indexes have anything that leads to the chunk in question, or from it. */
  private boolean mentions(ChunkScan scan, BlockTable table, MetaBlocks blocks) {
    boolean[] found = new boolean[1];
    for (int slot = ChunkGeometry.XREFS_OUT; slot <= ChunkGeometry.XREFS_IN; slot++) {
      references(scan, table, blocks, slot, item -> found[0] |= mentions(item));
    }
    return found[0];
  }

  /** Shows the items of one of a chunk's indexes. */
  private static void references(
      ChunkScan scan, BlockTable table, MetaBlocks blocks, int slot, Consumer<Item> to) {
    byte[] index = blocks.get(scan.geometry().indexBlock());
    if (index == null || !InodeRecord.inUse(index, InodeRecord.offset(slot))) {
      return;
    }
    TreeReader.Sink sink =
        new TreeReader.Sink() {
          @Override
          public void item(Item item) {
            to.accept(item);
          }

          @Override
          public boolean page(int block, int level) {
            return true;
          }
        };
    long ino = Ino.of(scan.chunk(), scan.geometry().indexBlock(), slot);
    new TreeReader(scan, table, blocks, scan.findings(), ino, sink)
        .read(index, InodeRecord.offset(slot));
  }

  private boolean mentions(Item item) {
    return Ino.chunk(item.major()) == chunk
        || item.type() == ItemType.XREF_IN.code()
            && item.value().length == Items.XrefIn.SIZE
            && Items.XrefIn.CHUNK.get(item.value(), 0) == chunk;
  }
}
