/** Names and places of made people. Streets are invented, numbers are of the ranges kept for fiction (Ofcom). */
import type { Ethnicity } from '../person.ts'

type Names = { female: string[]; male: string[]; family: string[]; ethnicity: Ethnicity; weight: number }

const race = (code: string, display: string) => ({ code, display })
const white = race('2106-3', 'White')
const asian = race('2028-9', 'Asian')
const black = race('2054-5', 'Black or African American')
const other = race('2131-1', 'Other Race')

const list = (text: string) => text.split(' ')

export const namesByOrigin: readonly Names[] = [
  {
    weight: 62,
    ethnicity: { text: 'White British', race: white, hispanic: false },
    female: list(
      'Alice Amelia Beth Charlotte Daisy Edith Eleanor Evelyn Florence Grace Hannah Isla Jean Joan Julie Karen Lily Margaret Maureen Olivia Patricia Poppy Rosie Sandra Sheila Sophie Susan Tracey Victoria Winifred',
    ),
    male: list(
      'Albert Alfie Andrew Arthur Barry Charlie Colin David Derek Edward Freddie George Harry Ian Jack James Keith Kenneth Leonard Martin Noah Oliver Oscar Peter Ronald Simon Stephen Theo Thomas William',
    ),
    family: list(
      'Ashworth Barker Beckett Bramley Clayton Crossley Dawson Ellis Fairclough Garside Hargreaves Holroyd Ingham Jowett Kershaw Lockwood Marsden Naylor Ogden Pickles Ramsden Sutcliffe Thackray Uttley Varley Whitaker Wolfenden Yardley Bennett Cartwright',
    ),
  },
  {
    weight: 9,
    ethnicity: { text: 'Asian or Asian British - Pakistani', race: asian, hispanic: false },
    female: list('Aisha Fatima Hafsa Iqra Maryam Nadia Rukhsana Saima Shabana Zainab'),
    male: list('Adeel Bilal Faisal Hamza Imran Khalid Mohammed Naveed Tariq Usman'),
    family: list('Ahmed Akhtar Bashir Hussain Iqbal Khan Mahmood Malik Qureshi Rafiq'),
  },
  {
    weight: 7,
    ethnicity: { text: 'Asian or Asian British - Indian', race: asian, hispanic: false },
    female: list('Anjali Deepa Gurpreet Kavita Leela Meera Priya Rani Sunita Usha'),
    male: list('Amit Arjun Harpreet Jaswinder Kiran Nikhil Rajesh Sanjay Vikram Yash'),
    family: list('Bhatt Chauhan Desai Gill Joshi Kaur Mistry Patel Sandhu Sharma'),
  },
  {
    weight: 8,
    ethnicity: { text: 'Black or Black British - African', race: black, hispanic: false },
    female: list('Abena Adaeze Blessing Chioma Efua Funmilayo Grace Ngozi Temitope Yewande'),
    male: list('Adebayo Chinedu Emeka Femi Kofi Kwame Olumide Samuel Tunde Yaw'),
    family: list('Adeyemi Agyeman Asante Bello Danso Eze Mensah Nwosu Okafor Owusu'),
  },
  {
    weight: 4,
    ethnicity: { text: 'Black or Black British - Caribbean', race: black, hispanic: false },
    female: list('Bernice Claudette Dionne Gloria Marcia Paulette Sharon Yvonne'),
    male: list('Anthony Clive Delroy Errol Leroy Marlon Trevor Winston'),
    family: list('Campbell Clarke Francis Gordon Grant Lewis Morgan Samuels'),
  },
  {
    weight: 7,
    ethnicity: { text: 'Any other White background', race: white, hispanic: false },
    female: list('Agnieszka Ana Elena Ilinca Joanna Katarzyna Magdalena Marta Nicoleta Zofia'),
    male: list('Adam Andrei Jakub Krzysztof Luca Marek Mihai Pawel Stefan Tomasz'),
    family: list('Dumitru Ionescu Kaminska Kowalczyk Lewandowski Nowak Popa Rossi Stan Wójcik'),
  },
  {
    weight: 2,
    ethnicity: { text: 'Any other ethnic group', race: other, hispanic: true },
    female: list('Camila Daniela Lucía Mariana Paola Ximena'),
    male: list('Alejandro Diego Felipe Javier Mateo Rafael'),
    family: list('Castillo Fernández Herrera Morales Rojas Vargas'),
  },
]

export const streets = list(
  'Alder Beck Bobbin Carding Dyers Fleece Harebell Heddle Linen Loom Mill Shuttle Skein Spindle Teasel Twill Warp Weaver Weft Worsted',
)
export const streetKinds = ['Street', 'Road', 'Lane', 'Close', 'Avenue', 'Row', 'Terrace']

export const towns = [
  { city: 'Leeds', area: 'LS', district: 17, phone: '0113 496' },
  { city: 'Sheffield', area: 'S', district: 10, phone: '0114 496' },
  { city: 'Manchester', area: 'M', district: 20, phone: '0161 496' },
  { city: 'Bristol', area: 'BS', district: 6, phone: '0117 496' },
] as const
