package org.chunkfs.cli.server;

import java.io.IOException;
import org.chunkfs.cli.fuse.FuseLog;
import org.chunkfs.cli.fuse.FuseNotifier;
import org.chunkfs.cli.fuse.MountPoint;
import org.chunkfs.core.volume.Vfs;

/** An open image in the hands of a {@link MountDaemon}. */
public interface ServedVolume extends AutoCloseable {
  /** What is served. */
  Vfs vfs();

  /**
   * Called once, when the mount answers and before anybody is told so: the place to register
   * control commands, and to keep the notifier for changes that the kernel does not know of.
   */
  default void mounted(ControlServer control, FuseNotifier kernel, MountPoint point, FuseLog log) {}

  /** Lets go of the image; nothing asks {@link #vfs} any more. */
  @Override
  void close() throws IOException;
}
