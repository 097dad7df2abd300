/**
 * Where the bytes of an image are: {@link org.chunkfs.core.device.BlockDevice}, and its plain
 * implementations.
 *
 * <ul>
 *   <li>{@link org.chunkfs.core.device.BlockDevice} is the whole contract: positional, thread-safe
 *       reads and writes, and a flush.
 * </ul>
 *
 * <p>Nothing here knows what the bytes mean.
 */
@NullMarked
package org.chunkfs.core.device;

import org.jspecify.annotations.NullMarked;
