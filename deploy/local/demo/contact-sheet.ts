import type { Programs } from '#shared/infrastructure/programs/program.ts'

const [columns, rows] = [3, 3]
const pictureWidth = 480

/**
 * Pictures of a film, from its whole length, beside and below one another in one PNG file. A file without pictures is a
 * ProgramError.
 */
export const contactSheet = async (programs: Programs, video: string, into: string): Promise<void> => {
  const asked = ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=duration', '-of', 'csv=p=0', video]
  const seconds = Number((await programs.run({ program: 'ffprobe', args: asked })).stdout.toString().trim())
  const count = columns * rows
  // One from the middle of every ninth part.
  const picked = Array.from({ length: count }, (_, at) => (((at + 0.5) * seconds) / count).toFixed(3))
  const inputs = picked.flatMap((at) => ['-ss', at, '-i', video])
  const scaled = picked.map((_, at) => `[${at}:v]trim=end_frame=1,setpts=PTS-STARTPTS,scale=${pictureWidth}:-2[p${at}]`)
  const joined = `${picked.map((_, at) => `[p${at}]`).join('')}concat=n=${count},tile=${columns}x${rows}:padding=6:color=white[sheet]`
  const graph = [...scaled, joined].join(';')
  const args = ['-v', 'error', ...inputs, '-filter_complex', graph, '-map', '[sheet]', '-frames:v', '1', '-y', into]
  await programs.run({ program: 'ffmpeg', args })
}
