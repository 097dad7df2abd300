package org.chunkfs.cli.tree;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.zip.X7875_NewUnix;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;
import org.jspecify.annotations.Nullable;

/**
 * A zip archive as a tree: modes and symbolic links where a Unix program wrote it, owners from Info
 * ZIP's fields, times from the best field there is.
 */
public final class ZipSource implements TreeSource {
  private static final int PIECE = 1 << 17, TARGET_MAX = 4095;
  private static final long SECOND = 1_000_000_000;

  private final ZipFile zip;
  private final Notes notes;
  private final int uid;
  private final int gid;

  /** Opens an archive; {@code uid} and {@code gid} own what says nothing of its owner. */
  public ZipSource(Path path, Notes notes, int uid, int gid) throws IOException {
    this.zip = ZipFile.builder().setPath(path).get();
    this.notes = notes;
    this.uid = uid;
    this.gid = gid;
  }

  @Override
  public void forEach(Visitor visitor) throws IOException {
    List<ZipArchiveEntry> entries = java.util.Collections.list(zip.getEntries());
    // Directories before what is in them.
    entries.sort(Comparator.comparing(ZipArchiveEntry::isDirectory).reversed());
    for (ZipArchiveEntry entry : entries) {
      String raw = Names.raw(entry.getRawName());
      if (!zip.canReadEntryData(entry)) {
        notes.leftOut(
            Names.show(raw) + ": encrypted, or compressed in a way that is not understood.");
        continue;
      }
      visit(entry, TarSource.path(raw), visitor);
    }
  }

  private void visit(ZipArchiveEntry entry, String path, Visitor visitor) throws IOException {
    int unix = entry.getUnixMode();
    String symlink = entry.isUnixSymlink() ? target(entry) : null;
    int mode;
    if (entry.isDirectory()) {
      mode = Vfs.S_IFDIR | (unix != 0 ? unix & 0xFFF : 0x1ED);
    } else if (symlink != null) {
      mode = Vfs.S_IFLNK | 0x1FF;
    } else {
      mode = Vfs.S_IFREG | (unix != 0 ? unix & 0xFFF : 0x1A4);
    }
    long mtime = nanos(entry.getLastModifiedTime(), 0);
    X7875_NewUnix owner =
        entry.getExtraField(new X7875_NewUnix().getHeaderId()) instanceof X7875_NewUnix x
            ? x
            : null;
    long size = entry.isDirectory() || symlink != null ? 0 : entry.getSize();
    visitor.entry(
        new TreeEntry(
            path,
            mode,
            owner != null ? (int) owner.getUID() : uid,
            owner != null ? (int) owner.getGID() : gid,
            0,
            size,
            nanos(entry.getLastAccessTime(), mtime),
            mtime,
            symlink,
            null,
            Map.of()),
        size > 0 ? content(entry, size) : Content.NONE);
  }

  private static long nanos(@Nullable FileTime time, long otherwise) {
    if (time == null) {
      return otherwise;
    }
    var instant = time.toInstant();
    long limit = Long.MAX_VALUE / SECOND - 1;
    return Math.clamp(instant.getEpochSecond(), -limit, limit) * SECOND + instant.getNano();
  }

  private String target(ZipArchiveEntry entry) throws IOException {
    try (InputStream in = zip.getInputStream(entry)) {
      byte[] target = in.readNBytes(TARGET_MAX + 1);
      if (target.length == 0 || target.length > TARGET_MAX) {
        throw new IOException(entry.getName() + " is a symbolic link without a target");
      }
      return Names.raw(target);
    }
  }

  private Content content(ZipArchiveEntry entry, long size) {
    return new Content() {
      @Override
      public List<Run> runs() {
        return List.of(new Run(0, size));
      }

      @Override
      public void copyTo(Sink sink) throws IOException {
        byte[] piece = new byte[PIECE];
        long at = 0;
        try (InputStream in = zip.getInputStream(entry)) {
          for (int n = in.readNBytes(piece, 0, PIECE); n > 0; n = in.readNBytes(piece, 0, PIECE)) {
            if (at + n > size) {
              throw new IOException(entry.getName() + " is longer than the zip archive says");
            }
            sink.data(at, ByteBuffer.wrap(piece, 0, n));
            at += n;
          }
        }
        if (at < size) {
          throw new IOException(entry.getName() + " is shorter than the zip archive says");
        }
      }
    };
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
