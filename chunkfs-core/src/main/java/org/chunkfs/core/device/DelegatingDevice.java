package org.chunkfs.core.device;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;

/**
 * A device that passes everything on to another: the base for devices that change, watch or spoil
 * something. Closing it closes the other.
 */
public abstract class DelegatingDevice implements BlockDevice {

  /** The device below. */
  protected final BlockDevice delegate;

  /** A device above another. */
  protected DelegatingDevice(BlockDevice delegate) {
    this.delegate = Objects.requireNonNull(delegate);
  }

  @Override
  public long size() {
    return delegate.size();
  }

  @Override
  public void read(long position, ByteBuffer dst) throws IOException {
    delegate.read(position, dst);
  }

  @Override
  public void write(long position, ByteBuffer src) throws IOException {
    delegate.write(position, src);
  }

  @Override
  public void flush() throws IOException {
    delegate.flush();
  }

  @Override
  public void readMedia(long position, ByteBuffer dst) throws IOException {
    delegate.readMedia(position, dst);
  }

  @Override
  public boolean readOnly() {
    return delegate.readOnly();
  }

  @Override
  public List<Member> members() {
    return delegate.members();
  }

  @Override
  public void close() throws IOException {
    delegate.close();
  }

  @Override
  public String toString() {
    return delegate.toString();
  }
}
