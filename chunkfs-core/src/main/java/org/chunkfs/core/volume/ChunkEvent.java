package org.chunkfs.core.volume;

/** A chunk went from one state to another. */
public record ChunkEvent(int chunk, ChunkState from, ChunkState to, String reason) {}
