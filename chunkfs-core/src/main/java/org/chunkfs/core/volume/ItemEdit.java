package org.chunkfs.core.volume;

import org.chunkfs.core.format.ItemType;
import org.jspecify.annotations.Nullable;

/**
 * A change of one item of an inode, made only where the item is still what it was.
 *
 * @param ino the inode's number; for cross references the chunk's index of them
 * @param minor 0 in types without one
 * @param before the item's value; null: there is none
 * @param after what it is to be; null: none
 */
public record ItemEdit(
    long ino,
    int generation,
    ItemType type,
    long major,
    long minor,
    byte @Nullable [] before,
    byte @Nullable [] after) {}
