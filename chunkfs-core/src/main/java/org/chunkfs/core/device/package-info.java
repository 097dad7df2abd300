/**
 * Where the bytes of an image are: {@link org.chunkfs.core.device.BlockDevice}, and its plain
 * implementations. Nothing here knows what the bytes mean.
 *
 * <ul>
 *   <li>{@link org.chunkfs.core.device.Images} opens an image, of one member or several: start
 *       here.
 *   <li>{@link org.chunkfs.core.device.FileDevice} is a file or a raw block device of the host,
 *       under a lock while it is written.
 *   <li>{@link org.chunkfs.core.device.ConcatDevice} is several devices one after another; {@link
 *       org.chunkfs.core.device.MissingDevice} keeps the place of one that is not there.
 *   <li>{@link org.chunkfs.core.device.SubDevice} is a window on a device, {@link
 *       org.chunkfs.core.device.ReadOnlyDevice} one without writing, and {@link
 *       org.chunkfs.core.device.DelegatingDevice} the base for devices that spoil or watch another.
 *   <li>{@link org.chunkfs.core.device.MemoryDevice} is for tests and experiments.
 * </ul>
 */
@NullMarked
package org.chunkfs.core.device;

import org.jspecify.annotations.NullMarked;
