package org.chunkfs.cli.tree;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.commons.compress.archivers.zip.X7875_NewUnix;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.chunkfs.cli.output.Names;
import org.chunkfs.core.volume.Vfs;

/**
 * A zip archive that receives a tree, as well as zip can: no devices, no extended attributes, times
 * to 100 nanoseconds, holes as zeros, and a file with several names once for each of them.
 */
public final class ZipSink implements TreeSink {
  private final ZipArchiveOutputStream zip;
  private final Notes notes;
  private final byte[] piece = new byte[1 << 16];

  /** Writes to a stream, which is closed in the end. */
  public ZipSink(OutputStream out, Notes notes) {
    this.zip = new ZipArchiveOutputStream(out);
    zip.setEncoding(StandardCharsets.UTF_8.name());
    zip.setUseZip64(Zip64Mode.AsNeeded);
    this.notes = notes;
  }

  @Override
  public void add(TreeEntry entry, Content content) throws IOException {
    if (entry.path().isEmpty()) {
      return;
    }
    String shown = "/" + Names.show(entry.path());
    String text = Names.text(entry.path());
    boolean link = entry.symlink() != null;
    if (text == null) {
      notes.leftOut(shown + ": its name is not UTF-8, which zip needs.");
      return;
    }
    if (entry.hardLink() != null) {
      notes.leftOut(
          "%s: another name of /%s, which zip cannot say."
              .formatted(shown, Names.show(entry.hardLink())));
      return;
    }
    if (!entry.isRegular() && !entry.isDirectory() && !link) {
      notes.leftOut(shown + ": a device, FIFO or socket, which zip has no place for.");
      return;
    }
    if (!entry.xattrs().isEmpty()) {
      notes.leftOut(shown + ": its extended attributes, which zip has no place for.");
    }
    zip.putArchiveEntry(header(entry, text));
    if (link) {
      zip.write(Names.bytes(java.util.Objects.requireNonNull(entry.symlink())));
    } else if (entry.isRegular()) {
      write(entry.size(), content);
    }
    zip.closeArchiveEntry();
  }

  private static ZipArchiveEntry header(TreeEntry entry, String name) {
    ZipArchiveEntry header = new UnixEntry(entry.isDirectory() ? name + "/" : name);
    header.setUnixMode(entry.mode() & (Vfs.S_IFMT | 0xFFF));
    header.setLastModifiedTime(HostSource.fileTime(entry.mtime()));
    header.setLastAccessTime(HostSource.fileTime(entry.atime()));
    if (entry.isRegular()) {
      header.setSize(entry.size());
    }
    X7875_NewUnix owner = new X7875_NewUnix();
    owner.setUID(Integer.toUnsignedLong(entry.uid()));
    owner.setGID(Integer.toUnsignedLong(entry.gid()));
    header.addExtraField(owner);
    return header;
  }

  /** An entry whose name may hold backslashes: to the library they are slashes until it is Unix. */
  private static final class UnixEntry extends ZipArchiveEntry {
    UnixEntry(String name) {
      super("-");
      setPlatform(PLATFORM_UNIX);
      setName(name);
    }
  }

  private void write(long size, Content content) throws IOException {
    long[] at = new long[1];
    content.copyTo((offset, bytes) -> {
      zeros(offset - at[0]);
      at[0] = offset + bytes.remaining();
      copy(bytes);
    });
    zeros(size - at[0]);
  }

  private void copy(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int n = Math.min(piece.length, bytes.remaining());
      bytes.get(piece, 0, n);
      zip.write(piece, 0, n);
    }
  }

  private void zeros(long count) throws IOException {
    byte[] zeros = new byte[(int) Math.clamp(count, 0, 1 << 16)];
    for (long left = count; left > 0; left -= zeros.length) {
      zip.write(zeros, 0, (int) Math.min(left, zeros.length));
    }
  }

  @Override
  public void finish() throws IOException {
    zip.finish();
    zip.flush();
  }

  @Override
  public void close() throws IOException {
    zip.close();
  }
}
