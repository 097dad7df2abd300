package org.chunkfs.cli.fuse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.function.LongPredicate;
import org.chunkfs.cli.fuse.FuseProtocol.Notify;

/**
 * Tells the kernel what has changed without it, so that it forgets what it has cached.
 *
 * <p>The kernel may have to wait for requests under way before it can forget, so these are for
 * threads that serve none; a thread that does is refused with {@link IllegalStateException}.
 */
public final class FuseNotifier {
  private final FuseDevice device;
  private final FuseContext context;
  private final FuseReply message = new FuseReply(Arena.ofAuto(), 4096);

  FuseNotifier(FuseDevice device, FuseContext context) {
    this.device = device;
    this.context = context;
  }

  /**
   * Forgets the attributes and the cached pages (of a directory: the cached names' validity) of an
   * inode.
   */
  public synchronized void invalidate(long nodeId) throws IOException {
    refuseWorkers();
    message.putLong(Notify.INODE, context.toKernel(nodeId));
    message.putLong(Notify.OFFSET, 0);
    message.putLong(Notify.LENGTH, 0);
    check(message.sendNotification(device, Notify.INVAL_INODE, Notify.INODE_SIZE));
  }

  /** Forgets what a name in a directory stands for, or that it stands for nothing. */
  public synchronized void invalidateEntry(long parent, byte[] name) throws IOException {
    refuseWorkers();
    message.clear(0, Notify.ENTRY_SIZE);
    message.putLong(Notify.PARENT, context.toKernel(parent));
    message.putInt(Notify.NAMELEN, name.length);
    message.putBytes(Notify.ENTRY_SIZE, name);
    message.clear(Notify.ENTRY_SIZE + name.length, 1);
    int length = Notify.ENTRY_SIZE + name.length + 1;
    check(message.sendNotification(device, Notify.INVAL_ENTRY, length));
  }

  /**
   * Forgets the attributes and cached pages of all inodes that a test picks by their node ids.
   * Names live for their timeout; if that is long, every name of the mount is looked up again where
   * the kernel can do that, which for a million cached names stops it for seconds.
   */
  public void invalidateKnown(LongPredicate test) throws IOException {
    for (long node : context.known.which(test).toArray()) {
      invalidate(node);
    }
    if (!context.keepsNamesLong()) {
      return;
    }
    synchronized (this) {
      refuseWorkers();
      // EINVAL from kernels before 7.44, where names live for entry_timeout.
      message.sendNotification(device, Notify.INC_EPOCH, 0);
    }
  }

  private static void refuseWorkers() {
    if (Thread.currentThread() instanceof FuseServer.Worker) {
      throw new IllegalStateException("A thread that serves a request may not notify the kernel.");
    }
  }

  private static void check(long result) throws IOException {
    // ENOENT: the kernel had not cached it. ENODEV: it is unmounted.
    if (result < 0 && !Errno.ENOENT.is(result) && !Errno.ENODEV.is(result)) {
      throw new IOException("The kernel refused an invalidation: " + Errno.name(result) + ".");
    }
  }
}
