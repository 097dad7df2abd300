package org.chunkfs.core.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.volume.Vfs;
import org.chunkfs.core.volume.Vfs.AttrChange;
import org.chunkfs.core.volume.Vfs.Creation;

/**
 * Does the steps of a workload on a filesystem and tells what came of each in words, so that two
 * filesystems can be compared.
 */
final class Actor {
  private final Vfs vfs;
  private final Map<String, Long> mounts;
  private final Map<Long, Long> held = new HashMap<>();

  /**
   * @param mounts directories known by id, by the name in the root that leads to them: found
   *     without asking the root
   */
  Actor(Vfs vfs, Map<String, Long> mounts) {
    this.vfs = vfs;
    this.mounts = mounts;
  }

  Actor(Vfs vfs) {
    this(vfs, Map.of());
  }

  /** A directory and a name in it. */
  private record Place(long dir, byte[] name) {}

  /**
   * Does a step that is no event.
   *
   * @return what came of it: facts, or the reason why it was refused
   * @throws IOException anything but a refusal
   */
  String act(Op op) throws IOException {
    try {
      return run(op);
    } catch (FsException e) {
      return e.reason().name();
    }
  }

  /** The handles are gone with the process that held them. */
  void forgetHeld() {
    held.clear();
  }

  /** Lets go of everything, on a filesystem that lives on. */
  void releaseHeld() throws IOException {
    for (long id : held.values()) {
      vfs.release(id);
    }
    held.clear();
  }

  static byte[] name(String token) {
    int at = token.indexOf('~');
    if (at < 0) {
      return token.getBytes(StandardCharsets.US_ASCII);
    }
    byte[] name = new byte[Integer.parseInt(token.substring(at + 1))];
    Arrays.fill(name, (byte) '~');
    byte[] start = token.substring(0, at).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(start, 0, name, 0, Math.min(start.length, name.length));
    return name;
  }

  private long resolve(String path) throws IOException {
    long at = vfs.root();
    boolean first = true;
    for (String part : path.split("/", -1)) {
      if (part.isEmpty()) {
        continue;
      }
      Long known = first ? mounts.get(part) : null;
      at = known != null ? known : vfs.lookup(at, name(part)).id();
      first = false;
    }
    return at;
  }

  private Place place(String path) throws IOException {
    int cut = path.lastIndexOf('/');
    return new Place(resolve(path.substring(0, cut)), name(path.substring(cut + 1)));
  }

  private long heldIn(long slot) throws IOException {
    Long id = held.get(slot);
    if (id == null) {
      throw new FsException(FsException.Reason.STALE, "nothing is held there");
    }
    return id;
  }

  private String run(Op op) throws IOException {
    return switch (op.kind()) {
      case CREATE, MKDIR, SYMLINK, MKNOD -> make(op);
      case LINK -> {
        long target = resolve(op.path());
        Place p = place(op.to());
        yield show(vfs.link(target, p.dir, p.name));
      }
      case UNLINK -> {
        Place p = place(op.path());
        vfs.unlink(p.dir, p.name);
        yield "done";
      }
      case RMDIR -> {
        Place p = place(op.path());
        vfs.rmdir(p.dir, p.name);
        yield "done";
      }
      case RENAME -> {
        Place from = place(op.path());
        Place to = place(op.to());
        vfs.rename(from.dir, from.name, to.dir, to.name, Vfs.RenameMode.values()[(int) op.a()]);
        yield "done";
      }
      case CHMOD -> show(vfs.setattr(resolve(op.path()), AttrChange.ofMode((int) op.a())));
      case CHOWN ->
          show(vfs.setattr(resolve(op.path()), AttrChange.ofOwner((int) op.a(), (int) op.b())));
      case SETATTR -> show(vfs.setattr(resolve(op.path()), resized(op)));
      case SETXATTR -> {
        vfs.setxattr(
            resolve(op.path()),
            name(op.to()),
            bytes(op.b() % 1000, (int) op.a()),
            Vfs.XattrMode.values()[(int) (op.b() / 1000)]);
        yield "done";
      }
      case GETXATTR -> hash(vfs.getxattr(resolve(op.path()), name(op.to())));
      case REMOVEXATTR -> {
        vfs.removexattr(resolve(op.path()), name(op.to()));
        yield "done";
      }
      case STAT -> show(vfs.getattr(resolve(op.path())));
      case LIST -> {
        List<String> names = new ArrayList<>();
        vfs.readdir(
            resolve(op.path()),
            0,
            e -> names.add(new String(e.name(), StandardCharsets.US_ASCII) + " " + e.type()));
        names.sort(null);
        yield names.size() + " " + names.hashCode();
      }
      case OPEN -> {
        long id = resolve(op.path());
        if (held.containsKey(op.a())) {
          yield "taken";
        }
        vfs.open(id);
        held.put(op.a(), id);
        yield "done";
      }
      case RELEASE -> {
        long id = heldIn(op.a());
        held.remove(op.a()); // let go of, whatever comes of what its chunk has to do then
        vfs.release(id);
        yield "done";
      }
      case STATHELD -> show(vfs.getattr(heldIn(op.a())));
      case WRITE -> write(resolve(op.path()), op);
      case READ -> read(resolve(op.path()), op);
      case WRITEHELD -> write(heldIn(Long.parseLong(op.to())), op);
      case READHELD -> read(heldIn(Long.parseLong(op.to())), op);
      case TRUNCATE -> show(vfs.setattr(resolve(op.path()), AttrChange.ofSize(op.a())));
      case FALLOCATE -> {
        vfs.fallocate(
            resolve(op.path()),
            Vfs.FallocateMode.values()[Integer.parseInt(op.to())],
            op.a(),
            op.b());
        yield "done";
      }
      case SEEK -> String.valueOf(vfs.seek(resolve(op.path()), op.a(), op.b() != 0));
      case FSYNC, FDATASYNC -> {
        vfs.fsync(resolve(op.path()), op.kind() == Op.Kind.FDATASYNC);
        yield "done";
      }
      case SYNC, KILL, REOPEN, CRASH, ONLINE, CHECKPOINT ->
          throw new IllegalArgumentException(op + " is no call of a filesystem");
    };
  }

  private static AttrChange resized(Op op) {
    return new AttrChange((int) op.b(), null, null, op.a(), null, null, null, null);
  }

  private String make(Op op) throws IOException {
    Place p = place(op.path());
    int mode =
        (int) (op.kind() == Op.Kind.MKNOD ? op.a() : op.kind() == Op.Kind.MKDIR ? 0x1ED : 0x1A4);
    Creation creation = new Creation(mode, (int) op.b(), 7, 0x103);
    return show(
        switch (op.kind()) {
          case CREATE -> {
            byte[] content = bytes(op.a() & 0xFF, (int) (op.a() >>> 8));
            yield vfs.create(p.dir, p.name, creation, ByteBuffer.wrap(content));
          }
          case MKDIR -> vfs.mkdir(p.dir, p.name, creation);
          case SYMLINK -> vfs.symlink(p.dir, p.name, bytes(op.b(), (int) op.a()), creation);
          default -> vfs.mknod(p.dir, p.name, creation);
        });
  }

  private String write(long id, Op op) throws IOException {
    int length = (int) (op.b() >>> 8);
    int written = vfs.write(id, op.a(), ByteBuffer.wrap(bytes(op.b() & 0xFF, length)));
    return "wrote " + written;
  }

  /** Does a write that comes to only {@code length} bytes. */
  String actShort(Op op, int length) throws IOException {
    long id = op.kind() == Op.Kind.WRITE ? resolve(op.path()) : heldIn(Long.parseLong(op.to()));
    byte[] all = bytes(op.b() & 0xFF, (int) (op.b() >>> 8));
    return "wrote " + vfs.write(id, op.a(), ByteBuffer.wrap(all, 0, length));
  }

  private String read(long id, Op op) throws IOException {
    ByteBuffer to = ByteBuffer.allocate((int) (op.b() >>> 8));
    int n = vfs.read(id, op.a(), to);
    return n + " " + hash(Arrays.copyOf(to.array(), n));
  }

  static byte[] bytes(long seed, int length) {
    byte[] bytes = new byte[length];
    new SplittableRandom(seed).nextBytes(bytes);
    for (int i = 0; i < length; i++) {
      bytes[i] |= 1; // never a hole, and no NUL in a link's target
    }
    return bytes;
  }

  static String hash(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return bytes.length + ":" + Long.toHexString(crc.getValue());
  }

  /** What does not depend on the implementation, the clock or the history. */
  static String show(Vfs.Attr a) {
    return "mode "
        + Integer.toOctalString(a.mode())
        + " links "
        + a.nlink()
        + " owner "
        + a.uid()
        + ":"
        + a.gid()
        + " rdev "
        + Integer.toHexString(a.rdev())
        + " size "
        + (a.isDirectory() ? 0 : a.size())
        + " project "
        + a.projectId();
  }
}
