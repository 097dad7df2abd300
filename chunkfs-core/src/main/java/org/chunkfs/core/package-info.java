/**
 * The chunkfs library: the on-disk format, the engine that serves it, and the tools for experiments
 * with it.
 */
@NullMarked
package org.chunkfs.core;

import org.jspecify.annotations.NullMarked;
