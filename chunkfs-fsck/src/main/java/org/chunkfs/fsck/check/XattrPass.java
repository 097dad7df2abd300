package org.chunkfs.fsck.check;

import java.util.Arrays;
import org.chunkfs.core.format.Items;
import org.chunkfs.core.format.NameHash;
import org.chunkfs.fsck.problem.Findings;
import org.chunkfs.fsck.problem.Problem;
import org.chunkfs.fsck.scan.Bytes;
import org.chunkfs.fsck.scan.Item;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of one inode, fragment by fragment.
 *
 * <p>Tests: fragments follow one another from 0; all but the last are full; their bytes are as many
 * as fragment 0 says; the key is that of the name. Relies on the order of items.
 */
final class XattrPass {
  private static final int FRAGMENTS = 256;
  private static final int PREFIX = 5;
  private static final int VALUE_MAX = 65_536;

  private final NameHash hash;
  private final long ino;
  private final Findings findings;
  private long key = -1;
  private boolean open;
  private boolean broken;
  private long expected;
  private long found;
  private int next;

  XattrPass(NameHash hash, long ino, Findings findings) {
    this.hash = hash;
    this.ino = ino;
    this.findings = findings;
  }

  /** Takes the next item; what is wrong with it, or null. */
  @Nullable String fragment(Item item) {
    int fragment = (int) (item.major() & FRAGMENTS - 1);
    byte[] value = item.value();
    if (value.length > Items.MAX_VALUE || value.length == 0) {
      return value.length + " bytes";
    }
    if (fragment == 0) {
      end();
      return first(item);
    }
    if (!open || item.major() != key + fragment || fragment != next) {
      return "fragment %d without the one before".formatted(fragment);
    }
    next++;
    found += value.length;
    boolean last = found >= expected;
    return !last && value.length != Items.MAX_VALUE
        ? "a fragment of %d bytes that is not the last".formatted(value.length)
        : null;
  }

  private @Nullable String first(Item item) {
    byte[] value = item.value();
    if (value.length < PREFIX || value.length < PREFIX + (value[4] & 0xFF) || value[4] == 0) {
      return "its name does not fit in";
    }
    long total = Integer.toUnsignedLong(Bytes.u32(value, 0));
    byte[] name = Arrays.copyOfRange(value, PREFIX, PREFIX + (value[4] & 0xFF));
    if (total > VALUE_MAX) {
      return total + " bytes in all";
    }
    if (hash.xattrKey(name) >>> 16 != item.major() >>> 16) {
      return "its key is not of its name '%s'".formatted(ItemPass.show(name));
    }
    key = item.major();
    open = true;
    next = 1;
    expected = PREFIX + name.length + total;
    found = value.length;
    return found < expected && value.length != Items.MAX_VALUE
        ? "a first fragment of %d bytes".formatted(value.length)
        : null;
  }

  /** No more items; false if anything was wrong with an attribute as a whole. */
  boolean end() {
    if (open && found != expected) {
      broken = true;
      findings.inode(
          ino,
          Problem.XATTR,
          Long.toHexString(key),
          "%d bytes, expected %d".formatted(found, expected));
    }
    open = false;
    return !broken;
  }
}
