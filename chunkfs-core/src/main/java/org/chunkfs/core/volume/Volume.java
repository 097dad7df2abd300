package org.chunkfs.core.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.chunkfs.core.chunk.Chunk;
import org.chunkfs.core.error.FsException;
import org.chunkfs.core.error.FsException.Reason;
import org.chunkfs.core.format.Ino;
import org.chunkfs.core.format.NameHash;
import org.jspecify.annotations.Nullable;

/**
 * An open image: the inode-level interface of the filesystem, and the life of its chunks.
 *
 * <p>Opening is recovering, closing is nothing that correctness needs. Safe for many threads.
 */
public final class Volume implements Vfs, AutoCloseable {
  private static final int MANY_DECISIONS = 100;

  private final Image image;
  private final VolumeOptions options;
  private final Opening.Result opened;
  private final History history;
  private final Durability durability;
  private final StateKeeper keeper;
  private final Checkpointer checkpointer;
  private final Chunks chunks;
  private final Engine engine;
  private final Watchdog watchdog;
  private final FileData data;
  private final Reaper reaper;
  private final OpenFiles open = new OpenFiles();
  private final Lookup lookup;
  private final Making making;
  private final Removing removing;
  private final Renaming renaming;
  private final Xattrs xattrs;
  private final long root;
  private volatile boolean closed;

  private Volume(Image image, VolumeOptions options, Opening.Result opened) {
    this.image = image;
    this.options = options;
    this.opened = opened;
    ImageLayout layout = image.layout();
    history = new History(opened.state().epoch());
    durability = new Durability(image.device(), history, opened.stable());
    keeper =
        new StateKeeper(
            new VolumeRecords(image.device(), layout), opened.state(), options.readOnly());
    checkpointer = new Checkpointer(options, durability, history);
    chunks =
        new Chunks(
            image.device(),
            layout,
            options,
            opened.slots(),
            opened.rings(),
            history,
            durability,
            keeper,
            opened.resident());
    engine = new Engine(chunks, history, durability, checkpointer, options);
    boolean restarts = options.restart() && !options.readOnly();
    watchdog = new Watchdog(chunks, options, restarts ? new Restarts(chunks, this::online) : null);
    NameHash hash = new NameHash(layout.hashKey());
    Directories directories = new Directories(hash, layout.root());
    HomeChoice homes = new HomeChoice(engine, layout.root());
    DirectorySplit splits = new DirectorySplit(engine, directories, homes);
    BufferPool buffers = new BufferPool();
    data = new FileData(engine, buffers);
    reaper = new Reaper(engine, data, open);
    lookup = new Lookup(engine, directories);
    making = new Making(engine, directories, homes, splits, buffers);
    removing = new Removing(engine, directories, open, reaper);
    renaming = new Renaming(engine, directories, removing, reaper, splits);
    xattrs = new Xattrs(hash);
    root = Ino.id(layout.root(), ChunkFs.ROOT_GENERATION);
  }

  /**
   * Opens an image that no other process writes: recovers it from whatever state it was left in.
   *
   * @param image owned by the volume from now on
   * @throws org.chunkfs.core.error.ImageException if there is no volume record left to start from
   */
  public static Volume open(Image image, VolumeOptions options) throws IOException {
    return open(image, options, bootId());
  }

  /**
   * As {@link #open(Image, VolumeOptions)} for experiments: with a given identity of the machine's
   * run.
   *
   * @param bootId 16 bytes; if they are those of the last opening, what was handed to the device
   *     then is believed to be there
   */
  public static Volume open(Image image, VolumeOptions options, byte[] bootId) throws IOException {
    VolumeOptions effective =
        image.device().readOnly() || image.layout().roCompat() != 0
            ? options.withReadOnly(true)
            : options;
    Opening.Result opened = new Opening(image, effective, bootId).run();
    Volume volume = new Volume(image, effective, opened);
    volume.start();
    return volume;
  }

  private void start() throws IOException {
    chunks.onRecovered(reaper::recovered);
    for (ChunkSlot slot : opened.slots()) {
      Chunk chunk = slot.current;
      if (chunk != null && !options.readOnly()) {
        try {
          reaper.recovered(chunk);
        } catch (IOException e) {
          chunks.judge(e);
        }
      }
    }
    checkpointer.start(chunks);
    if (!image.device().prompt()) {
      watchdog.start();
    }
    if (!options.readOnly()) {
      settleReturned();
      reaper.start();
    }
  }

  /**
   * Chunks that were absent when an earlier epoch was decided on and are back: their rings are
   * emptied, so that nobody has to remember that. All rings are where many openings have come to
   * decisions that old records still need: the volume record has room for so many only.
   */
  private void settleReturned() {
    for (ChunkSlot slot : opened.slots()) {
      Chunk chunk = slot.current;
      boolean returned = opened.state().absentSince(slot.id) >= 0;
      if (chunk == null || !returned && opened.state().decisions().size() < MANY_DECISIONS) {
        continue;
      }
      try {
        checkpointer.run(slot, chunk, engine.deadline());
        if (returned) {
          keeper.returned(chunks::outNow, slot.id);
        }
      } catch (IOException e) {
        chunks.judge(e);
      }
    }
  }

  /** The running machine's boot id where it has one (Linux), else zeros. */
  static byte[] bootId() {
    try {
      String text =
          Files.readString(Path.of("/proc/sys/kernel/random/boot_id"), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(text.trim().replace("-", ""));
    } catch (IOException | IllegalArgumentException e) {
      return new byte[16];
    }
  }

  public Image image() {
    return image;
  }

  /** What runs this volume's operations. */
  Engine engine() {
    return engine;
  }

  public ImageLayout layout() {
    return image.layout();
  }

  public VolumeOptions options() {
    return options;
  }

  /** Number of this opening. */
  public int epoch() {
    return opened.state().epoch();
  }

  /** Records brought back from the journals by this opening. */
  public long replayed() {
    return opened.replayed();
  }

  /** All chunks, as {@code status} shows them. */
  public List<ChunkStatus> chunks() {
    List<ChunkStatus> all = new ArrayList<>(chunks.count());
    for (int i = 0; i < chunks.count(); i++) {
      ChunkSlot slot = chunks.slot(i);
      all.add(
          new ChunkStatus(
              i,
              slot.member,
              slot.state,
              Chunks.reason(slot),
              slot.geometry.bodyBlocks() - ChunkSlot.OWN_BLOCKS,
              slot.freeBlocks(),
              slot.inodes(),
              slot.ringBytes(),
              slot.journalUsed,
              slot.incarnations));
    }
    return all;
  }

  /** What was counted since the opening. */
  public Map<String, Long> counters() {
    Map<String, Long> all = new LinkedHashMap<>();
    all.put("commits", engine.commits());
    all.put("flushes", durability.flushes());
    all.put("checkpoints", checkpointer.checkpoints());
    all.put("dataBytesWritten", engine.dataBytes());
    all.put("blocksInMemory", chunks.resident().sum());
    all.put("openFiles", open.count());
    return all;
  }

  /** Tells of every change of a chunk's state; from any thread. */
  public void addListener(ChunkListener listener) {
    chunks.addListener(listener);
  }

  /** Crashes one chunk: its incarnation ends in the middle of whatever it is doing. */
  public void crash(int chunk) throws IOException {
    fence(chunk, VolumeState.Reason.CRASHED);
  }

  /** Takes one chunk out of service until {@link #online}, also across openings. */
  public void offline(int chunk) throws IOException {
    fence(chunk, VolumeState.Reason.OFFLINE);
  }

  private void fence(int chunk, VolumeState.Reason reason) throws IOException {
    if (chunk < 0 || chunk >= chunks.count()) {
      throw new FsException(
          Reason.INVALID,
          "there is no chunk %d; the image has chunks 0 to %d"
              .formatted(chunk, chunks.count() - 1));
    }
    chunks.fence(chunk, reason, -1, "");
    keeper.settle(options.deadline().toMillis());
  }

  /**
   * Brings a chunk back by recovering it; returns when it serves.
   *
   * @throws org.chunkfs.core.error.CorruptException if it needs repair first
   */
  public void online(int chunk) throws IOException {
    if (chunk < 0 || chunk >= chunks.count()) {
      throw new FsException(Reason.INVALID, "there is no chunk " + chunk);
    }
    chunks.online(chunk, checkpointer, engine.deadline());
    keeper.settle(options.deadline().toMillis());
  }

  /**
   * Writes what a chunk's journal holds to its place, and empties the journal: for experiments, and
   * before an image is copied; otherwise it happens by itself. Nothing is done for a chunk that is
   * not in use.
   *
   * @throws IOException if it cannot be done; where that is the chunk's fault, it is out of service
   */
  public void checkpoint(int chunk) throws IOException {
    if (chunk < 0 || chunk >= chunks.count()) {
      throw new FsException(Reason.INVALID, "there is no chunk " + chunk);
    }
    ChunkSlot slot = chunks.slot(chunk);
    Chunk current = slot.current;
    if (current == null || options.readOnly()) {
      return;
    }
    try {
      checkpointer.checkpoint(slot, current, true, engine.deadline());
    } catch (IOException e) {
      chunks.judge(e);
      throw e;
    }
  }

  /** Does something with a chunk that is out of service. */
  @FunctionalInterface
  public interface OfflineWork<T extends @Nullable Object> {
    T run() throws IOException;
  }

  /**
   * Runs a check or repair of a chunk that is out of service, which nothing else touches meanwhile.
   *
   * @param shown CHECKING or REPAIRING
   */
  public <T extends @Nullable Object> T whileOut(int chunk, ChunkState shown, OfflineWork<T> work)
      throws IOException {
    return chunks.whileOut(chunk, shown, work, engine.deadline());
  }

  /** What checks and repairs of the volume need while it is in use. */
  public Upkeep upkeep() {
    return new Upkeep(this, chunks, engine, checkpointer, keeper, opened.rings());
  }

  /**
   * Enters the directory for lost inodes that a repair of its chunk made in the root directory.
   *
   * @param id its node id
   * @param name of its back pointer; if that is taken, it gets another one
   */
  public void enterLostFound(long id, byte[] name) throws IOException {
    making.enter(id, root(), name, engine.deadline());
  }

  /** The volume record as it stands. */
  public VolumeState state() {
    return keeper.state();
  }

  /** Returns once nothing is left to be freed in the background, or after {@code millis}. */
  public boolean quiesce(long millis) {
    long until = System.nanoTime() + millis * 1_000_000;
    while (!reaper.idle()) {
      if (System.nanoTime() > until) {
        return false;
      }
      java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
    }
    return true;
  }

  /**
   * Puts everything in its place and leaves the journals empty, if they hold {@code least} bytes or
   * more: the next opening then replays nothing, and a check has no journals to search. Correctness
   * needs it as little as {@link #close}.
   */
  public void settle(long least) throws IOException {
    if (!options.readOnly() && !closed && checkpointer.journalUsed() >= least) {
      long deadline = engine.deadline();
      engine.sync(deadline);
      checkpointer.settle(deadline);
    }
  }

  /**
   * Lets go of the image, after making durable what was acknowledged. Not calling it loses nothing
   * that a crash would not lose.
   */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (!options.readOnly() && durability.failure() == null) {
        reaper.stop();
        checkpointer.stop();
        reaper.await();
        checkpointer.await();
        long deadline = engine.deadline();
        engine.sync(deadline);
        engine.seal(deadline);
      }
    } finally {
      abandon();
    }
  }

  /** Ends as a crash would: nothing more is written, nothing is flushed. */
  public void abandon() throws IOException {
    closed = true;
    reaper.stop();
    watchdog.stop();
    checkpointer.stop();
    for (int i = 0; i < chunks.count(); i++) {
      Chunk c = chunks.slot(i).current;
      if (c != null) {
        c.fence();
      }
    }
    keeper.stop();
    durability.stop();
    image.close();
  }

  @Override
  public long root() {
    return root;
  }

  @Override
  public Attr lookup(long dir, byte[] name) throws IOException {
    return lookup.lookup(dir, name, engine.deadline());
  }

  @Override
  public Attr getattr(long id) throws IOException {
    return lookup.attr(id, engine.deadline());
  }

  @Override
  public Attr setattr(long id, AttrChange change) throws IOException {
    long deadline = engine.deadline();
    Long size = change.size();
    return size == null
        ? engine.update(deadline, true, tx -> Attributes.change(tx, id, change), Ino.chunk(id))
        : data.truncate(id, size, change, deadline);
  }

  @Override
  public Attr create(long dir, byte[] name, Creation creation) throws IOException {
    int mode = S_IFREG | creation.mode() & PERMISSIONS;
    return making.make(dir, name, mode, creation, null, engine.deadline());
  }

  @Override
  public Attr create(long dir, byte[] name, Creation creation, ByteBuffer content)
      throws IOException {
    if (content.hasRemaining() && content.remaining() <= WHOLE_MAX) {
      int mode = S_IFREG | creation.mode() & PERMISSIONS;
      Attr made = making.makeWhole(dir, name, mode, creation, content, engine.deadline());
      if (made != null) {
        content.position(content.limit());
        return made;
      }
    }
    return Vfs.super.create(dir, name, creation, content);
  }

  private static final int PERMISSIONS = 0xFFF;

  @Override
  public Attr mknod(long dir, byte[] name, Creation creation) throws IOException {
    int type = creation.mode() & S_IFMT;
    if (type == 0) {
      return create(dir, name, creation);
    }
    if (type != S_IFREG
        && type != S_IFCHR
        && type != S_IFBLK
        && type != S_IFIFO
        && type != S_IFSOCK) {
      throw new FsException(Reason.INVALID, "mknod makes no inode of type 0x%x".formatted(type));
    }
    int mode = creation.mode() & (S_IFMT | PERMISSIONS);
    return making.make(dir, name, mode, creation, null, engine.deadline());
  }

  @Override
  public Attr mkdir(long dir, byte[] name, Creation creation) throws IOException {
    int mode = S_IFDIR | creation.mode() & PERMISSIONS;
    return making.make(dir, name, mode, creation, null, engine.deadline());
  }

  @Override
  public Attr symlink(long dir, byte[] name, byte[] target, Creation creation) throws IOException {
    int mode = S_IFLNK | 0x1FF; // as on Linux: nobody looks at a link's own permissions
    return making.make(dir, name, mode, creation, target, engine.deadline());
  }

  @Override
  public byte[] readlink(long id) throws IOException {
    return lookup.readlink(id, engine.deadline());
  }

  @Override
  public Attr link(long id, long dir, byte[] name) throws IOException {
    return making.link(id, dir, name, engine.deadline());
  }

  @Override
  public void unlink(long dir, byte[] name) throws IOException {
    removing.unlink(dir, name, engine.deadline());
  }

  @Override
  public void rmdir(long dir, byte[] name) throws IOException {
    removing.rmdir(dir, name, engine.deadline());
  }

  @Override
  public void rename(long fromDir, byte[] from, long toDir, byte[] to, RenameMode mode)
      throws IOException {
    renaming.rename(fromDir, from, toDir, to, mode, engine.deadline());
  }

  @Override
  public int read(long id, long offset, ByteBuffer dst) throws IOException {
    return data.read(id, offset, dst, engine.deadline());
  }

  @Override
  public int write(long id, long offset, ByteBuffer src) throws IOException {
    return data.write(id, offset, src, engine.deadline());
  }

  @Override
  public void fallocate(long id, FallocateMode mode, long offset, long length) throws IOException {
    data.fallocate(id, mode, offset, length, engine.deadline());
  }

  @Override
  public long seek(long id, long offset, boolean hole) throws IOException {
    return data.seek(id, offset, hole, engine.deadline());
  }

  @Override
  public byte[] getxattr(long id, byte[] name) throws IOException {
    return engine.read(Ino.chunk(id), engine.deadline(), c -> xattrs.get(c, id, name));
  }

  @Override
  public void setxattr(long id, byte[] name, byte[] value, XattrMode mode) throws IOException {
    engine.update(
        engine.deadline(),
        false,
        tx -> {
          xattrs.set(tx.of(id), id, name, value, mode, tx.now());
          return null;
        },
        Ino.chunk(id));
  }

  @Override
  public List<byte[]> listxattr(long id) throws IOException {
    return engine.read(Ino.chunk(id), engine.deadline(), c -> xattrs.list(c, id));
  }

  @Override
  public void removexattr(long id, byte[] name) throws IOException {
    engine.update(
        engine.deadline(),
        true,
        tx -> {
          xattrs.remove(tx.of(id), id, name, tx.now());
          return null;
        },
        Ino.chunk(id));
  }

  @Override
  public void readdir(long dir, long cookie, DirentSink sink) throws IOException {
    lookup.list(dir, cookie, sink, engine.deadline());
  }

  @Override
  public Attr parent(long dir) throws IOException {
    return lookup.parent(dir, engine.deadline());
  }

  @Override
  public void open(long id) throws IOException {
    engine.read(
        Ino.chunk(id),
        engine.deadline(),
        c -> {
          Attributes.find(c, id);
          open.hold(id);
          return null;
        });
  }

  @Override
  public void release(long id) throws IOException {
    if (!open.letGo(id)) {
      return;
    }
    long deadline = engine.deadline();
    boolean orphan;
    try {
      orphan = engine.read(Ino.chunk(id), deadline, c -> Attributes.read(c, id).nlink() == 0);
    } catch (FsException e) {
      return; // gone already
    }
    if (orphan) {
      reaper.enqueue(id);
    }
  }

  @Override
  public void fsync(long id, boolean dataOnly) throws IOException {
    engine.sync(engine.deadline());
  }

  @Override
  public void syncfs() throws IOException {
    engine.sync(engine.deadline());
  }

  @Override
  public Stat statfs() {
    long blocks = 0;
    long free = 0;
    long inodes = 0;
    for (int i = 0; i < chunks.count(); i++) {
      ChunkSlot slot = chunks.slot(i);
      blocks += slot.geometry.bodyBlocks() - ChunkSlot.OWN_BLOCKS;
      free += slot.state == ChunkState.MISSING ? 0 : slot.freeBlocks();
      inodes += slot.inodes();
    }
    return new Stat(4096, blocks, free, inodes + free * 8, free * 8, NAME_MAX);
  }
}
