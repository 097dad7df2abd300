package org.chunkfs.cli.demo;

import java.util.BitSet;

/**
 * One file that the demo put into the image.
 *
 * @param path from the image's root, parts separated by slashes
 * @param ino its inode number
 * @param size its length in bytes
 * @param sha256 the hash of its content
 * @param directory the chunk of the directory it is in
 * @param way the chunks that a request for it goes through: those of its directories and its own
 */
record DemoFile(String path, long ino, long size, byte[] sha256, int directory, BitSet way) {}
