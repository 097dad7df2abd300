package org.chunkfs.cli.inspect;

import java.io.IOException;
import java.util.Locale;
import org.chunkfs.core.format.BlockHeader;
import org.chunkfs.core.format.ChunkGeometry;
import org.chunkfs.core.format.ChunkHeader;
import org.chunkfs.core.format.ChunkStateBlock;
import org.chunkfs.core.journal.RingScanner;
import org.chunkfs.core.volume.Image;
import org.chunkfs.core.volume.ImageLayout;
import org.chunkfs.core.volume.VolumeRecords;
import org.chunkfs.core.volume.VolumeState;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The status of an image that is not mounted, from its headers and its volume record. */
public final class OfflineStatus {
  /** Rings larger than this together are not read: it would take longer than a status may. */
  private static final long MOST_RING_BYTES = 256L << 20;

  private final Image image;
  private final ImageLayout layout;

  public OfflineStatus(Image image) {
    this.image = image;
    this.layout = image.layout();
  }

  /** The same as the status of a mount tells; {@code journalUsed} is -1 where it was not read. */
  public ObjectNode status() {
    ObjectNode status = JsonNodeFactory.instance.objectNode();
    status.put("uuid", layout.uuidText());
    status.put("label", layout.label());
    status.put("bytes", layout.bytes());
    status.put("members", layout.members().size());
    status.put("mounted", false);
    VolumeState state = null;
    try {
      state = new VolumeRecords(image.device(), layout).read();
      status.put("epoch", state.epoch());
    } catch (IOException e) {
      status.put("problem", e.getMessage());
    }
    ArrayNode chunks = status.putArray("chunks");
    for (int i = 0; i < layout.chunks(); i++) {
      chunks.add(chunk(i, state));
    }
    return status;
  }

  private ObjectNode chunk(int id, @Nullable VolumeState state) {
    ChunkGeometry geometry = layout.geometry(id);
    int member = layout.memberOf(id);
    ObjectNode chunk = JsonNodeFactory.instance.objectNode();
    chunk.put("id", id);
    chunk.put("member", member);
    String word = "online";
    String reason = "";
    long free = 0;
    long inodes = 0;
    long used = 0;
    VolumeState.Out out = state == null ? null : state.out().get(id);
    try {
      ChunkReader reader = new ChunkReader(image, id);
      byte[] header = reader.header();
      free = ChunkHeader.FREE_BLOCKS.getUnsigned(header, 0);
      inodes = ChunkHeader.INODES.getUnsigned(header, 0);
      if (!reader.initialized()) {
        word = "unused";
      } else {
        used = journal(reader, header);
        byte[] counters = used > 0 ? reader.overlay().get(geometry.stateBlock()) : null;
        if (counters != null) {
          free = ChunkStateBlock.FREE_BLOCKS.getUnsigned(counters, 0);
          inodes = ChunkStateBlock.INODES.getUnsigned(counters, 0);
        }
      }
    } catch (org.chunkfs.core.error.MemberMissingException e) {
      word = "missing";
      reason = String.valueOf(e.getMessage());
    } catch (IOException e) {
      word = "damaged";
      reason = String.valueOf(e.getMessage());
    }
    if (out != null && !word.equals("missing")) {
      word = "fenced";
      reason = out.reason().text() + (out.block() >= 0 ? ", block " + out.block() : "");
    }
    chunk.put("state", word.toLowerCase(Locale.ROOT));
    chunk.put("reason", reason);
    chunk.put("blocks", geometry.bodyBlocks() - 2);
    chunk.put("blocksFree", free);
    chunk.put("inodes", inodes);
    chunk.put("journalBytes", (long) geometry.ringBlocks() * BlockHeader.BLOCK);
    chunk.put("journalUsed", used);
    return chunk;
  }

  private long journal(ChunkReader reader, byte[] header) throws IOException {
    long all = (long) reader.geometry().ringBlocks() * BlockHeader.BLOCK * layout.chunks();
    if (all > MOST_RING_BYTES) {
      return -1;
    }
    RingScanner.Scan scan = reader.scan();
    return Math.max(0, scan.end() - ChunkHeader.TAIL.get(header, 0));
  }
}
