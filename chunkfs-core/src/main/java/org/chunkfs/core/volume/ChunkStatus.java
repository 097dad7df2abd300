package org.chunkfs.core.volume;

/**
 * One chunk as {@code status} shows it.
 *
 * @param id logical id
 * @param member index of the member it lies on
 * @param reason why it is not online, empty when it is
 * @param blocks blocks of 4096 bytes that files and metadata can use
 * @param blocksFree how many of them are free
 * @param inodes inodes in use
 * @param journalBytes size of its journal ring
 * @param journalUsed live bytes in it
 * @param incarnation how many times it was started in this opening of the image
 */
public record ChunkStatus(
    int id,
    int member,
    ChunkState state,
    String reason,
    long blocks,
    long blocksFree,
    long inodes,
    long journalBytes,
    long journalUsed,
    long incarnation) {}
