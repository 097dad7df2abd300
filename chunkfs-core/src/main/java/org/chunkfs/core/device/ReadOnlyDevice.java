package org.chunkfs.core.device;

import java.nio.ByteBuffer;
import org.chunkfs.core.error.DeviceException;

/** A device that refuses every write to the one below. */
public final class ReadOnlyDevice extends DelegatingDevice {

  /** A read-only view of a device. Closing the view closes the device. */
  public ReadOnlyDevice(BlockDevice delegate) {
    super(delegate);
  }

  @Override
  public void write(long position, ByteBuffer src) throws DeviceException {
    throw new DeviceException(this + ": is open for reading only");
  }

  /** Does nothing: nothing was written through this view. */
  @Override
  public void flush() {}

  @Override
  public boolean readOnly() {
    return true;
  }
}
