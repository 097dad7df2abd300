/**
 * The library for experiments on the filesystem's reliability, all of it replayable from a seed:
 * devices that {@linkplain org.chunkfs.core.sim.RecordingDevice record} and {@linkplain
 * org.chunkfs.core.sim.FaultyDevice fail}, the {@linkplain org.chunkfs.core.sim.CrashStates states}
 * that a crash may leave behind, workloads, a {@linkplain org.chunkfs.core.sim.MemoryVfs reference
 * filesystem} to compare with, and {@linkplain org.chunkfs.core.sim.Soak runs} that put them
 * together and shrink what goes wrong to a script.
 */
@NullMarked
package org.chunkfs.core.sim;

import org.jspecify.annotations.NullMarked;
